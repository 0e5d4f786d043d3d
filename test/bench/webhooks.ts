/**
 * Alerts by the thousand: what a monitoring system that has gone mad sends to the shipped bot.
 * @module
 */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { ALERT_ENV, ALERT_SECRET, alertmanagerPayload, alerts } from '../support/alerts.ts';
import { quick } from '../support/demo-config.ts';
import { startBotWithPlayground } from '../support/running-bot.ts';
import { databaseUrlOf, memoryOf } from './running-figures.ts';

const REQUESTS = 10_000;
const CONNECTIONS = 50;
/** Milliseconds after which memory is looked at again. */
const LATER = 30_000;

type Kind = 'valid' | 'malformed' | 'duplicated' | 'truncated';
interface Call {
  readonly kind: Kind;
  readonly body: string;
}

/** 10,000 calls from 50 connections, a third of which are of no use: throughput, what is stored, memory. */
export async function measureWebhooks(): Promise<readonly string[][]> {
  const running = await startBotWithPlayground({ ...ALERT_ENV, LOG_LEVEL: 'warn' }, (config) => {
    quick(config);
    alerts(config);
  });
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  try {
    const url = `${running.url()}/webhooks/alertmanager`;
    const left = calls();
    const valid = left.filter(({ kind }) => kind === 'valid').length;
    await delay(2_000);
    const before = memoryOf(running.bot());
    const began = performance.now();
    const wrong = await sendAll(left, { url, agent });
    const seconds = (performance.now() - began) / 1_000;
    const after = memoryOf(running.bot());
    await delay(LATER);
    const memory = `${before} → ${after} → ${memoryOf(running.bot())}`;
    const stored = await countAlerts(databaseUrlOf(running));
    const what = `${REQUESTS} webhooks, a third useless, ${CONNECTIONS} connections`;
    return [
      [`${what}: a second`, (REQUESTS / seconds).toFixed(0), '–', '–', '–'],
      ['  valid alerts stored', `${stored} of ${valid}`, '–', '–', 'all'],
      ['  answered otherwise than they should', String(wrong), '–', '–', '0'],
      ['  memory before → after → half a minute later, MB', memory, '–', '–', '–'],
    ];
  } finally {
    agent.destroy();
    await running.stop();
  }
}

function calls(): readonly Call[] {
  let newest = '';
  return Array.from({ length: REQUESTS }, (_, index) => {
    const name = `Alert${index}`;
    const labels = { service: 'api', environment: 'production', pod: `api-${index}` };
    const body = JSON.stringify(alertmanagerPayload(name, [{ name, labels }]));
    const kind = kindOf(index);
    if (kind === 'duplicated') return { kind, body: newest };
    if (kind === 'malformed') return { kind, body: body.replace('"4"', '"3"') };
    if (kind === 'valid') newest = body;
    return { kind, body };
  });
}

function kindOf(index: number): Kind {
  if (index % 3 !== 2) return 'valid';
  return (['malformed', 'duplicated', 'truncated'] as const)[Math.floor(index / 3) % 3] ?? 'malformed';
}

const ANSWERS: Readonly<Record<Kind, number | null>> = {
  valid: 200,
  duplicated: 200,
  malformed: 400,
  // Its sender is gone before there is anything to answer.
  truncated: null,
};

/** How many of them were not answered as they should be. */
async function sendAll(
  all: readonly Call[],
  to: { readonly url: string; readonly agent: Agent },
): Promise<number> {
  const left = all.toReversed();
  let wrong = 0;
  const connection = async (): Promise<void> => {
    for (let call = left.pop(); call !== undefined; call = left.pop()) {
      if ((await send(call, to)) !== ANSWERS[call.kind]) wrong += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return wrong;
}

/** The status of the answer; null for a call that broke off. */
function send(
  { kind, body }: Call,
  { url, agent }: { readonly url: string; readonly agent: Agent },
): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const headers = {
    authorization: `Bearer ${ALERT_SECRET}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
    response.resume().once('end', () => resolve(response.statusCode ?? null));
  });
  outgoing.once('error', () => resolve(null));
  if (kind !== 'truncated') outgoing.end(body);
  else outgoing.write(body.slice(0, body.length / 2), () => outgoing.destroy());
  return promise;
}

async function countAlerts(databaseUrl: string): Promise<number> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::int as count from slipway.alerts',
    );
    return rows[0]?.count ?? 0;
  } finally {
    await client.end();
  }
}
