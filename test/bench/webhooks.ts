/**
 * Alerts by the thousand: what a monitoring system that has gone mad sends to the shipped bot, wave after wave.
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ALERT_ENV, alerts } from '../support/alerts.ts';
import { quick } from '../support/demo-config.ts';
import { heldBy, INSPECTED, residentOf } from '../support/process-memory.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import {
  type Answers,
  CONNECTIONS,
  callsOf,
  REQUESTS,
  rightAnswers,
  sendAll,
  storedNames,
  validNames,
} from '../support/webhook-load.ts';

const WAVES = [1, 2, 3] as const;
const IDLE = 2_000;

/** One wave: calls a second, alerts stored of those that should be, wrong answers, and memory at its end. */
interface Wave {
  readonly rate: number;
  readonly stored: number;
  readonly valid: number;
  readonly wrong: number;
  readonly memory: string;
}

/** 10,000 calls from 50 connections, a third of which are of no use, three times: throughput, what is stored, memory. */
export async function measureWebhooks(): Promise<readonly string[][]> {
  const running = await startBotWithPlayground(
    { ...ALERT_ENV, ...INSPECTED, LOG_LEVEL: 'warn' },
    (config) => {
      quick(config);
      alerts(config);
    },
  );
  try {
    await delay(IDLE);
    const before = await memoryNow(running);
    const waves: Wave[] = [];
    for (const wave of WAVES) waves.push(await measureWave(running, wave));
    const each = (of: (wave: Wave) => string | number) => waves.map(of).join(', ');
    const what = `${REQUESTS} webhooks, a third useless, ${CONNECTIONS} connections, in ${WAVES.length} waves`;
    return [
      [`${what}: a second`, each(({ rate }) => rate.toFixed(0)), '–', '–', '–'],
      ['  valid alerts stored', each(({ stored, valid }) => `${stored} of ${valid}`), '–', '–', 'all'],
      ['  answered otherwise than they should', each(({ wrong }) => wrong), '–', '–', '0'],
      [
        '  memory before → after each wave, MB (held once garbage is collected)',
        [before, ...waves.map(({ memory }) => memory)].join(' → '),
        '–',
        '–',
        'flat',
      ],
    ];
  } finally {
    await running.stop();
  }
}

async function measureWave(running: RunningBot, wave: number): Promise<Wave> {
  const calls = callsOf(wave);
  const began = performance.now();
  const answers = await sendAll(running.url(), calls);
  const seconds = (performance.now() - began) / 1_000;
  const stored = (await storedNames(running, wave)).length;
  const wrong = wrongAnswers(answers, rightAnswers(calls));
  const valid = validNames(calls).length;
  return { rate: REQUESTS / seconds, stored, valid, wrong, memory: await memoryNow(running) };
}

function wrongAnswers(given: Answers, right: Answers): number {
  return Object.entries(given).reduce(
    (wrong, [what, count]) => wrong + Math.max(0, count - (right[what] ?? 0)),
    0,
  );
}

/** `272 (78)`: resident, before garbage is collected, and what is held afterwards. */
async function memoryNow(running: RunningBot): Promise<string> {
  const resident = residentOf(running.bot());
  return `${megabytes(resident)} (${megabytes(await heldBy(running.bot()))})`;
}

function megabytes(bytes: number): string {
  return (bytes / 1_024 / 1_024).toFixed(0);
}
