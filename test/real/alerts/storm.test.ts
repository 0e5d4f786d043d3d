import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ALERT_ENV, alerts } from '../../support/alerts.ts';
import { quick } from '../../support/demo-config.ts';
import { type RunningBot, startBotWithPlayground } from '../../support/running-bot.ts';
import {
  criticalMessages,
  digestRows,
  refusedCalls,
  rowsOf,
  STORM,
  sendStorm,
  severityOf,
  untilAllSeen,
} from '../../support/storm.ts';
import { wordsOf } from '../../support/workspace.ts';

const critical = (words: string) =>
  STORM.filter((name) => severityOf(name) === 'critical').map((name) => `${words} · ${name}`);
const soon = { timeout: 60_000 };

let running: RunningBot;
afterEach(() => running.stop());

async function start(): Promise<void> {
  running = await startBotWithPlayground(ALERT_ENV, (config) => {
    quick(config);
    alerts(config);
  });
}

/** Every group has one row, and every critical one a message of its own; nothing is said twice. */
async function allSaidOnce(): Promise<void> {
  await expect.poll(() => digestRows(running.workspace), soon).toEqual(rowsOf('firing'));
  await expect
    .poll(() => criticalMessages(running.workspace), soon)
    .toEqual(critical('🔴 CRITICAL · Firing'));
  const messages = await running.workspace.person('bo').messages('incidents');
  expect(messages.filter(({ text }) => text.startsWith('🌩️'))).toHaveLength(1);
}

describe('300 groups at once', () => {
  it('are all read in the channel within five seconds, and an approval passes them', async () => {
    await start();
    const told = sendStorm(running);
    const seen = untilAllSeen(running.workspace, 60_000);
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
    expect(await refusedCalls(running.workspace)).toEqual({});
    const messages = await ana.messages('incidents');
    expect(messages.filter(({ text }) => text.startsWith('🟠')).length).toBeLessThanOrEqual(3);
    await allSaidOnce();

    await sendStorm(running, 'resolved');
    await ana.see('incidents', (message) => message.text.includes(`${STORM.length} alert groups, 0 firing`));
    await expect.poll(() => digestRows(running.workspace), soon).toEqual(rowsOf('over'));
    await expect
      .poll(() => criticalMessages(running.workspace), soon)
      .toEqual(critical('✅ CRITICAL · Resolved'));
  });

  it('are all read once Slack is back after a minute of answering 500', async () => {
    await start();
    await running.workspace.lever('faults', { method: '*', kind: 'error', forMs: 60_000 });
    const troubled = Date.now();
    await sendStorm(running);
    await delay(Math.max(0, 60_000 - (Date.now() - troubled)));
    await running.workspace.clearFaults();
    expect(await untilAllSeen(running.workspace, 60_000)).toBeLessThan(15_000);
    await allSaidOnce();
  });

  it('are all read although the bot is killed in the middle, and nothing is said twice', async () => {
    await start();
    const told = sendStorm(running);
    await delay(300);
    await running.killBot();
    await running.startBot();
    await told;
    await untilAllSeen(running.workspace, 30_000);
    await allSaidOnce();
  });
});
