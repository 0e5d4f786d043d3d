import { setTimeout as delay } from 'node:timers/promises';
import { type TestPerson, wordsOf } from './workspace.ts';

const LOOK = 40;
/** Bots that start dozens of times a minute ask who and where people are more often than Slack answers; they then refuse. */
const LIMITED = 'Slack did not say';

/** Asks until somebody answers, for what does no harm when it is asked for twice. */
export async function untilAnswered(ask: () => Promise<unknown>): Promise<void> {
  while (!(await ask().then(() => true, isUnanswered))) await delay(LOOK);
}

/** Has somebody do something when it is first called, and again when a bot that could not look them up refused it. */
export function insisting(person: TestPerson, act: () => Promise<void>): () => Promise<void> {
  let told: (() => Promise<readonly string[]>) | null = null;
  return async () => {
    if (told !== null && !isLimited(await told())) return;
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

/** Whether a bot refused something because Slack limited it. */
export function isLimited(told: readonly string[]): boolean {
  return told.some((text) => text.includes(LIMITED));
}

/** False for what Slack says when no bot acknowledged in three seconds, or none was there; anything else is thrown. */
export function isUnanswered(error: unknown): false {
  if (/operation_timeout|dispatch_failed/.test(String(error))) return false;
  throw error;
}
