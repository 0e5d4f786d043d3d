import { expect } from 'vitest';
import { says, type TestPerson } from './workspace.ts';

/** Everything in a channel that is about this, an operation's ID say, stands there in one message, and each line of its thread once. */
export async function expectSaidOnce(person: TestPerson, channel: string, about: string): Promise<void> {
  const roots = (await person.messages(channel)).filter(
    (message) => !message.is_ephemeral && says(about)(message),
  );
  expect(roots.map(({ text }) => text)).toHaveLength(1);
  const lines = (await person.thread(channel, roots[0]?.ts ?? '')).map(({ text }) => text);
  expect(lines).toEqual([...new Set(lines)]);
}
