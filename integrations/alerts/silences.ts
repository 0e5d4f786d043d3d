import { z } from 'zod';
import { explainNoAnswer } from '../fetch-error.ts';
import { callAlertmanager } from './api-call.ts';

/** Why a silence could not be made or ended, for a person. */
export class SilenceError extends Error {}

const created = z.object({ silenceID: z.string() });
const one = z.object({ status: z.object({ state: z.string() }) });
const listed = z.array(
  z.object({ id: z.string(), comment: z.string(), status: z.object({ state: z.string() }) }),
);

export interface NewSilence {
  /** Stands in the comment: a silence whose answer was lost is found again by it. */
  readonly id: string;
  readonly matchers: readonly { readonly name: string; readonly value: string }[];
  readonly from: Date;
  readonly until: Date;
  readonly by: string;
  readonly reason: string;
}

/**
 * Silences by version 2 of Alertmanager's API
 * (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml). The members of a cluster tell each
 * other, so the first that answers will do.
 */
export function createSilenceApi(addresses: readonly string[], fetch: typeof globalThis.fetch) {
  const ask = (path: string, init: RequestInit) => askAny(addresses, path, { fetch, init });
  return {
    create: async (silence: NewSilence): Promise<string> => {
      const found = await find(ask, silence);
      if (found !== null) return found;
      const body = JSON.stringify({
        matchers: silence.matchers.map((matcher) => ({ ...matcher, isRegex: false, isEqual: true })),
        startsAt: silence.from.toISOString(),
        endsAt: silence.until.toISOString(),
        createdBy: silence.by,
        comment: `${silence.reason} ${marker(silence.id)}`,
      });
      const headers = { 'content-type': 'application/json' };
      return created.parse(await ask('/api/v2/silences', { method: 'POST', headers, body })).silenceID;
    },
    end: async (silenceId: string): Promise<void> => {
      const path = `/api/v2/silence/${encodeURIComponent(silenceId)}`;
      const { status } = one.parse(await ask(path, { method: 'GET' }));
      if (status.state !== 'expired') await ask(path, { method: 'DELETE' });
    },
  };
}

type Ask = (path: string, init: RequestInit) => Promise<unknown>;

async function find(ask: Ask, { id }: NewSilence): Promise<string | null> {
  const silences = listed.parse(await ask('/api/v2/silences', { method: 'GET' }));
  const mine = silences.find(
    ({ comment, status }) => comment.includes(marker(id)) && status.state !== 'expired',
  );
  return mine?.id ?? null;
}

function marker(id: string): string {
  return `[slipway ${id}]`;
}

async function askAny(
  addresses: readonly string[],
  path: string,
  how: { readonly fetch: typeof globalThis.fetch; readonly init: RequestInit },
): Promise<unknown> {
  let last: unknown = null;
  for (const address of addresses) {
    try {
      return await askOne(`${address.replace(/\/$/, '')}${path}`, how);
    } catch (error) {
      if (error instanceof SilenceError) throw error;
      last = error;
    }
  }
  throw new SilenceError(
    `${addresses.map((address) => new URL(address).host).join(', ')} ${explainNoAnswer(last).what}.`,
  );
}

async function askOne(
  address: string,
  { fetch, init }: { readonly fetch: typeof globalThis.fetch; readonly init: RequestInit },
): Promise<unknown> {
  const response = await callAlertmanager(fetch, address, init);
  const text = await response.text();
  if (response.status >= 500) throw new Error(`it answered ${response.status}`);
  if (!response.ok) throw new SilenceError(`Alertmanager answered ${response.status}: ${text.slice(0, 200)}`);
  return text === '' ? null : JSON.parse(text);
}
