import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ALERT_ENV, alertmanagerPayload, alerts, tell } from '../../support/alerts.ts';
import { quick } from '../../support/demo-config.ts';
import { type RunningBot, startBotWithPlayground } from '../../support/running-bot.ts';
import { wordsOf } from '../../support/workspace.ts';

const GROUPS = 300;
const SENDERS = 50;
const names = Array.from({ length: GROUPS }, (_, index) => `Alert${String(index + 1).padStart(3, '0')}`);

let running: RunningBot;
afterEach(() => running.stop());

async function start(): Promise<void> {
  running = await startBotWithPlayground(ALERT_ENV, (config) => {
    quick(config);
    alerts(config);
  });
}

/** Tells all of them, from many connections at once, again until they are taken. */
async function storm(status: 'firing' | 'resolved' = 'firing'): Promise<void> {
  const left = [...names];
  const send = async (): Promise<void> => {
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      const severity = name.endsWith('00') ? 'critical' : 'warning';
      const payload = alertmanagerPayload(name, [{ name, status, severity, labels: { service: 'api' } }]);
      while (!(await taken(payload))) await delay(100);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
}

/** False while the bot is away: whoever has something to tell comes again. */
async function taken(payload: object): Promise<boolean> {
  try {
    return (await tell(running.url(), payload)) === 200;
  } catch {
    return false;
  }
}

/** The names that somebody who reads the channel does not find. */
async function unseen(): Promise<readonly string[]> {
  const messages = await running.workspace.person('bo').messages('incidents');
  const words = messages.map(wordsOf).join('\n');
  return names.filter((name) => !words.includes(name));
}

async function untilAllSeen(limit: number): Promise<number> {
  const began = Date.now();
  for (;;) {
    const missing = await unseen();
    const took = Date.now() - began;
    if (missing.length === 0) return took;
    if (took > limit) throw new Error(`${missing.length} of ${GROUPS} not seen after ${took} ms`);
    await delay(50);
  }
}

async function refusedCalls(): Promise<unknown> {
  const response = await fetch(new URL('/playground/control/counters', running.workspace.url));
  return z.object({ refused: z.record(z.string(), z.number()) }).parse(await response.json()).refused;
}

describe('300 groups at once', () => {
  it('are all read in the channel within five seconds, and an approval passes them', async () => {
    await start();
    const told = storm();
    const seen = untilAllSeen(60_000);
    await delay(500);
    const ana = running.workspace.person('ana');
    const typed = Date.now();
    await ana.command('incidents', '/deploy api v1.1.0 production --during-incident "the fix"');
    await ana.see('incidents', (message) => wordsOf(message).includes('Waiting for approval'));
    const asked = Date.now() - typed;
    await told;
    expect(await seen).toBeLessThan(5_000);
    expect(asked).toBeLessThan(2_000);
    await delay(3_000);
    expect(await refusedCalls()).toEqual({});
    const messages = await ana.messages('incidents');
    const critical = messages.filter(({ text }) => text.startsWith('🔴 CRITICAL'));
    expect(critical.length).toBeGreaterThanOrEqual(2);
    expect(messages.filter(({ text }) => text.startsWith('🟠')).length).toBeLessThanOrEqual(3);

    await storm('resolved');
    await ana.see('incidents', (message) => message.text.includes(`${GROUPS} alert groups, 0 firing`));
  });

  it('are all read once Slack is back after a minute of answering 500', async () => {
    await start();
    await running.workspace.lever('faults', { method: '*', kind: 'error', forMs: 60_000 });
    const troubled = Date.now();
    await storm();
    await delay(Math.max(0, 60_000 - (Date.now() - troubled)));
    await running.workspace.clearFaults();
    expect(await untilAllSeen(60_000)).toBeLessThan(15_000);
  });

  it('are all read although the bot is killed in the middle, and nothing is said twice', async () => {
    await start();
    const told = storm();
    await delay(300);
    await running.killBot();
    await running.startBot();
    await told;
    await untilAllSeen(30_000);
    const digests = (await running.workspace.person('bo').messages('incidents')).filter(({ text }) =>
      text.startsWith('🌩️'),
    );
    expect(digests).toHaveLength(1);
  });
});
