import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { eventually, type RunningWorkspace } from './running-workspace.ts';

const eventSchema = z.looseObject({ type: z.string(), view: z.looseObject({ id: z.string() }).optional() });
export type SeenEvent = z.infer<typeof eventSchema>;

export interface Screen {
  readonly events: readonly SeenEvent[];
  /** The first event of that type, now or when it comes. */
  next(type: string): Promise<SeenEvent & { readonly view: { readonly id: string } }>;
}

/** What a person's screen is told by `GET /playground/events`, from now until the test ends. */
export async function watch(slack: RunningWorkspace, name: string): Promise<Screen> {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const url = `${slack.origin}/playground/events?token=xoxp-playground-${name}`;
  const { body } = await fetch(url, { signal: abort.signal });
  if (body === null) throw new Error('no event stream');
  const events: SeenEvent[] = [];
  void read(body, events);
  const found = (type: string) => {
    const event = events.find((seen) => seen.type === type);
    if (event === undefined) throw new Error(`no ${type} among ${events.map((seen) => seen.type).join()}`);
    return { ...event, view: event.view ?? { id: '' } };
  };
  return { events, next: (type) => eventually(() => found(type)) };
}

async function read(body: ReadableStream<Uint8Array>, events: SeenEvent[]): Promise<void> {
  let text = '';
  try {
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const parts = (text + chunk).split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts.filter((line) => line.startsWith('data: ')))
        events.push(eventSchema.parse(JSON.parse(part.slice(6))));
    }
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
  }
}
