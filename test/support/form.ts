import { z } from 'zod';
import type { TestPerson, TestWorkspace } from './workspace.ts';

const eventSchema = z.looseObject({ type: z.string(), view: z.looseObject({ id: z.string() }).optional() });

/** Types `/deploy` alone and returns the ID of the form that opens on the typist's screen. */
export function openForm(workspace: TestWorkspace, person: TestPerson, channel: string): Promise<string> {
  return openedBy(workspace, person, () => person.command(channel, '/deploy'));
}

/** Does something and returns the ID of the form that opens on that person's screen. */
export async function openedBy(
  workspace: TestWorkspace,
  person: TestPerson,
  act: () => Promise<void>,
): Promise<string> {
  const stop = new AbortController();
  const url = new URL('/playground/events', workspace.url);
  url.searchParams.set('token', person.client.token ?? '');
  const { body } = await fetch(url, { signal: AbortSignal.any([stop.signal, AbortSignal.timeout(20_000)]) });
  if (body === null) throw new Error('the playground tells no events');
  try {
    const opened = firstView(body);
    await act();
    return await opened;
  } finally {
    stop.abort();
  }
}

async function firstView(body: ReadableStream<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const parts = `${text}${chunk}`.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts.filter((line) => line.startsWith('data: '))) {
      const { view } = eventSchema.parse(JSON.parse(part.slice(6)));
      if (view !== undefined) return view.id;
    }
  }
  throw new Error('no form was opened');
}
