/** @module The playground's HTTP as one person uses it: Slack's Web API with that person's token. */
import { type Answer, UNREACHABLE } from './answer.ts';
import { type Json, record, text } from './json.ts';

/** Calls a Web API method; never throws: no answer is the error {@link UNREACHABLE}. */
export type Call = (method: string, args: Readonly<Record<string, unknown>>) => Promise<Answer>;

/** Sends what Slack's own client libraries send: a form whose nested values are JSON. */
export function webApi(token: string): Call {
  return async (method, args) => {
    const body = await postForm(`/api/${method}`, token, args);
    return { ok: body.ok === true, error: text(body.error), body };
  };
}

async function postForm(path: string, token: string, args: Readonly<Record<string, unknown>>): Promise<Json> {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(args)) {
    if (value !== undefined) form.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
    return record(await response.json());
  } catch {
    return { ok: false, error: UNREACHABLE };
  }
}

/** A JSON document of the playground; throws if it cannot be had. */
export async function getJson(path: string): Promise<unknown> {
  const response = await fetch(path, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

export interface EventStream {
  readonly close: () => void;
}

/**
 * Follows one person's events. `opened` is called on every connection, also after one was lost, since what
 * happened in between has to be read again.
 */
export function followEvents(
  token: string,
  { received, opened, lost }: { received: (data: unknown) => void; opened: () => void; lost: () => void },
): EventStream {
  const source = new EventSource(`/playground/events?token=${encodeURIComponent(token)}`);
  source.onopen = opened;
  source.onerror = lost;
  source.onmessage = ({ data }: MessageEvent<string>) => received(JSON.parse(data));
  return { close: () => source.close() };
}
