import { expect } from 'vitest';
import { type Exchange, holds } from './documentation.ts';
import type { SeenMessage, TestPerson, TestWorkspace } from './workspace.ts';

const LIMIT = 45_000;
/** How people react on a page: `bo in #deploys: :white_check_mark:`. */
const REACTION = /^:([\w+-]+):$/;

/** A conversation of a page, typed again by the playground's people. */
export interface Transcript {
  /** Types one line, and waits for what the page shows under it; rejects with what came instead. */
  type(exchange: Exchange): Promise<void>;
}

export function openTranscript(workspace: TestWorkspace): Transcript {
  let last: { readonly ts: string; readonly channel: string } | null = null;
  let backup = '';
  return {
    type: async ({ typed, answer }) => {
      const [, name = '', channel = '', words = ''] =
        /^(\w+) in #([\w-]+): (.*)$/.exec(typed.replace('bk-…', backup)) ?? [];
      const person = workspace.person(name);
      const before = new Map(
        (await person.messages(channel)).map((message) => [message.ts, readable(message)]),
      );
      const [, reaction] = REACTION.exec(words) ?? [];
      if (reaction === undefined) await person.command(channel, words);
      else if (last === null) throw new Error(`${typed}: there is nothing to react to`);
      else await person.react(channel, last.ts, reaction);
      const seen = await untilAnswered(person, { channel, before, answer, typed });
      backup = /bk-\w+/.exec(readable(seen))?.[0] ?? backup;
      last = seen.is_ephemeral === true ? last : { ts: seen.ts, channel };
    },
  };
}

/** The message that is new, or changed, and says what the page shows. */
async function untilAnswered(
  person: TestPerson,
  asked: {
    readonly channel: string;
    readonly before: ReadonlyMap<string, string>;
    readonly answer: string | null;
    readonly typed: string;
  },
): Promise<SeenMessage> {
  const { channel, before, answer, typed } = asked;
  const deadline = Date.now() + LIMIT;
  for (;;) {
    const messages = await person.messages(channel);
    const answers = messages.filter((one) => !isWaiting(one) && before.get(one.ts) !== readable(one));
    const found = answers.find((one) => answer === null || holds(readable(one), answer));
    if (found !== undefined) return found;
    if (Date.now() > deadline) expect(answers.map(readable).join('\n\n'), typed).toBe(answer);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export function isWaiting({ is_ephemeral, text }: SeenMessage): boolean {
  return is_ephemeral === true && text.includes('Looking that up');
}

/** A message as one reads it, a line for each text in it: without bold, names for people and dates in the open. */
export function readable({ text, blocks }: SeenMessage): string {
  const lines = blocks.length === 0 ? [text] : textsIn(blocks);
  return lines
    .join('\n')
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<@U0([A-Z]+?)0+\d+>/g, (_, name: string) => `@${name.toLowerCase()}`)
    .replace(/<(https?:[^|>]*)\|[^>]*>/g, '$1')
    .replaceAll('*', '')
    .replace(/<!subteam\^[^>]*>/g, '@release-managers');
}

function textsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    key === 'text' && typeof part === 'string' ? [part] : textsIn(part),
  );
}
