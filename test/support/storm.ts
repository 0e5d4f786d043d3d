import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { alertmanagerPayload, tell } from './alerts.ts';
import type { RunningBot } from './running-bot.ts';
import { type TestWorkspace, wordsOf } from './workspace.ts';

const SENDERS = 50;

/** The groups of a storm; every hundredth is critical. */
export const STORM = Array.from({ length: 300 }, (_, index) => `Alert${String(index + 1).padStart(3, '0')}`);

/** Tells a bot all of them, from many connections at once, again until they are taken. */
export async function sendStorm(
  running: RunningBot,
  status: 'firing' | 'resolved' = 'firing',
): Promise<void> {
  const left = [...STORM];
  const send = async (): Promise<void> => {
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      const severity = severityOf(name);
      const payload = alertmanagerPayload(name, [{ name, status, severity, labels: { service: 'api' } }]);
      while (!(await taken(running, payload))) await delay(100);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
}

export function severityOf(name: string): 'critical' | 'warning' {
  return name.endsWith('00') ? 'critical' : 'warning';
}

/** False while the bot is away: whoever has something to tell comes again. */
async function taken(running: RunningBot, payload: object): Promise<boolean> {
  try {
    return (await tell(running.url(), payload)) === 200;
  } catch {
    return false;
  }
}

/** The groups that somebody who reads the channel does not find. */
export async function unseen(workspace: TestWorkspace): Promise<readonly string[]> {
  const messages = await workspace.person('bo').messages('incidents');
  const words = messages.map(wordsOf).join('\n');
  return STORM.filter((name) => !words.includes(name));
}

/** What the digest's rows say of each group, over all of its messages: `{ Alert001: ['firing'] }`. */
export async function digestRows(
  workspace: TestWorkspace,
): Promise<Readonly<Record<string, readonly ('firing' | 'over')[]>>> {
  const messages = await workspace.person('bo').messages('incidents');
  const pages = messages.filter(({ text }) => /^(🌩️|Alert storm, continued)/u.test(text));
  const words = JSON.stringify(pages.map(({ blocks }) => blocks));
  return Object.fromEntries(
    STORM.map((name) => [
      name,
      [...words.matchAll(new RegExp(`(~?)${name}(?!\\d)`, 'g'))].map(([, struck]) =>
        struck === '~' ? 'over' : 'firing',
      ),
    ]),
  );
}

/** What every group's one row says when all of them stand alike. */
export function rowsOf(state: 'firing' | 'over'): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(STORM.map((name) => [name, [state]]));
}

/** The first words of the messages that critical groups have of their own, in the order of their names. */
export async function criticalMessages(workspace: TestWorkspace): Promise<readonly string[]> {
  const messages = await workspace.person('bo').messages('incidents');
  return messages
    .map(({ text }) => /^\S+ CRITICAL · \w+ · Alert\d+/u.exec(text)?.[0] ?? '')
    .filter((words) => words !== '')
    .toSorted((a, b) => (a.slice(-3) < b.slice(-3) ? -1 : 1));
}

/** Milliseconds until all of them are read in the channel; throws after the limit. */
export async function untilAllSeen(workspace: TestWorkspace, limit: number): Promise<number> {
  const began = Date.now();
  for (;;) {
    const missing = await unseen(workspace);
    const took = Date.now() - began;
    if (missing.length === 0) return took;
    if (took > limit) throw new Error(`${missing.length} of ${STORM.length} not seen after ${took} ms`);
    await delay(50);
  }
}

/** What Slack refused so far: `{ "chat.postMessage ratelimited": 2 }`. */
export async function refusedCalls(workspace: TestWorkspace): Promise<Readonly<Record<string, number>>> {
  const response = await fetch(new URL('/playground/control/counters', workspace.url));
  return z.object({ refused: z.record(z.string(), z.number()) }).parse(await response.json()).refused;
}
