import { setTimeout as delay } from 'node:timers/promises';
import { type TestPerson, wordsOf } from './workspace.ts';

const LOOK = 40;
/**
 * What is refused for a moment. Bots that start dozens of times a minute ask who and where people are more often than
 * Slack answers; the database of a busy machine may take longer than a person is kept waiting.
 */
const REFUSED_FOR_NOW = /Slack did not say|cannot store anything right now/;

/** Asks until somebody answers, for what does no harm when it is asked for twice. */
export async function untilAnswered(ask: () => Promise<unknown>): Promise<void> {
  while (!(await ask().then(() => true, isUnanswered))) await delay(LOOK);
}

/** Has somebody do something when it is first called, and again when it was refused for now. */
export function insisting(person: TestPerson, act: () => Promise<void>): () => Promise<void> {
  let told: (() => Promise<readonly string[]>) | null = null;
  return async () => {
    if (told !== null && !isRefusedForNow(await told())) return;
    told = await listen(person);
    await act();
  };
}

/** What the bots tell somebody alone from now on, newest first. */
export async function listen(person: TestPerson): Promise<() => Promise<readonly string[]>> {
  const all = async () =>
    (await person.messages('deploys')).filter((message) => message.is_ephemeral === true);
  const before = new Set((await all()).map(({ ts }) => ts));
  return async () => (await all()).flatMap((message) => (before.has(message.ts) ? [] : [wordsOf(message)]));
}

/** Whether a bot said no, and that it would not a moment later. */
export function isRefusedForNow(told: readonly string[]): boolean {
  return told.some((text) => REFUSED_FOR_NOW.test(text));
}

/** False for what Slack says when no bot acknowledged in three seconds, or none was there; anything else is thrown. */
export function isUnanswered(error: unknown): false {
  if (/operation_timeout|dispatch_failed/.test(String(error))) return false;
  throw error;
}
