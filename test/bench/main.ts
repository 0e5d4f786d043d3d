/**
 * `npm run bench`: measures the figures of the design, each beside its anchor in one run, and prints a table.
 * @module
 */
import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { z } from 'zod';
import { freePort, startShipped, temporaryDirectory } from '../support/processes.ts';
import { startBotWithPlayground } from '../support/running-bot.ts';
import { openWorkspace, wordsOf } from '../support/workspace.ts';
import { measureCompose } from './compose-target.ts';
import { middleAndTail, printTable, quantile, timed } from './figures.ts';
import { measureFiles } from './files-target.ts';
import { measureKubernetes } from './kubernetes.ts';
import { databaseUrlOf, memoryOf } from './running-figures.ts';
import { measureStorm } from './storm.ts';
import { measureWebhooks } from './webhooks.ts';

const ROUNDS = 400;
const WARM_UP = 40;
const APPROVALS = 10;
const CANARIES = 200;

const held = z.object({
  rss: z.number(),
  heapUsed: z.number(),
  active: z.record(z.string(), z.number()),
  connections: z.number(),
  cpu: z.object({ user: z.number(), system: z.number() }),
});
const waitingSchema = z.object({ before: held, waiting: held, later: held });

const rows: string[][] = [['what', 'Slipway', 'anchor', 'ratio', 'goal']];
await using stack = new AsyncDisposableStack();
const running = await startBotWithPlayground({ LOG_LEVEL: 'warn' });
stack.defer(() => running.stop());

await measureStart();
await measureAcknowledgement();
await measureApproval();
rows.push(...(await measureFiles()).map((row) => [...row]));
rows.push(...(await measureCompose()).map((row) => [...row]));
await measureWaitingCanaries();
rows.push(...(await measureWebhooks()));
rows.push(...(await measureStorm()));
rows.push(...(await measureKubernetes()));
console.log();
printTable(rows);

/** From `npm start`’s process to “Slipway ready”, on a data directory that exists; and the memory it then has. */
async function measureStart(): Promise<void> {
  const starts: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    await running.bot().stop();
    starts.push(await timed(() => running.startBot()));
  }
  rows.push(['start to ready, ms (median of 5)', quantile(starts, 0.5).toFixed(0), '–', '–', '< 1000']);
  await delay(5_000);
  rows.push(['memory idle, MB (bot alone)', memoryOf(running.bot()), '–', '–', '< 200']);
  const directory = temporaryDirectory();
  const env = {
    PORT: String(await freePort()),
    PLAYGROUND_PORT: String(await freePort()),
    SLIPWAY_DATA: directory.path,
  };
  const first = performance.now();
  const embedded = await startShipped(['start'], { env, ready: 'Slipway ready' });
  rows.push([
    'first start with playground and database, ms',
    (performance.now() - first).toFixed(0),
    '–',
    '–',
    '–',
  ]);
  await delay(5_000);
  rows.push(['memory idle, MB (bot, playground and demo cloud)', memoryOf(embedded), '–', '–', '–']);
  await embedded.stop();
  directory.remove();
}

/** A typed command until it is acknowledged, beside Bolt alone, alternating. */
async function measureAcknowledgement(): Promise<void> {
  const insert = await startAnchor(databaseUrlOf(running));
  const empty = await startAnchor(null);
  const candidates = [running.workspace.person('dana'), insert, empty] as const;
  const samples: number[][] = [[], [], []];
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    for (const [index, person] of candidates.entries()) {
      // “help” is answered without asking anything outside: what follows the acknowledgement is small.
      const took = await timed(() => person.command('general', '/status help'));
      if (round >= WARM_UP) samples[index]?.push(took);
    }
    await delay(5);
  }
  const [ours = [], withInsert = [], nothing = []] = samples;
  const ratio = (share: number) => (quantile(ours, share) / quantile(withInsert, share)).toFixed(2);
  rows.push([
    `command stored and acknowledged, ms p50 / p99 (${ROUNDS} each)`,
    middleAndTail(ours),
    `${middleAndTail(withInsert)} (one insert)`,
    `${ratio(0.5)} / ${ratio(0.99)}`,
    '≤ 1.5',
  ]);
  rows.push(['  the same with an empty handler', '', middleAndTail(nothing), '', '']);
}

/** An approver's reaction until the first changing call arrives at Cloud Run. */
async function measureApproval(): Promise<void> {
  const ana = running.workspace.person('ana');
  const bo = running.workspace.person('bo');
  const waits: number[] = [];
  for (let n = 0; n < APPROVALS; n += 1) {
    const { version } = await running.workspace.serving('api', 'production');
    const wanted = version === 'v1.1.0' ? 'v1.0.0' : 'v1.1.0';
    await ana.command('deploys', `/deploy api ${wanted} production`);
    const asked = await bo.see(
      'deploys',
      (message) => wordsOf(message).includes('Waiting for approval') && !message.is_ephemeral,
    );
    const before = (await running.workspace.cloudCalls()).length;
    const reactedAt = Date.now();
    await bo.react('deploys', asked.ts, 'white_check_mark');
    waits.push((await firstCallAfter(before)) - reactedAt);
    await bo.see('deploys', (message) => message.ts === asked.ts && wordsOf(message).includes('Done'));
    await delay(1_500);
  }
  const shown = `${quantile(waits, 0.5).toFixed(0)} (worst of ${APPROVALS}: ${Math.max(...waits).toFixed(0)})`;
  rows.push(['approval to first changing call, ms p50', shown, '–', '–', '≤ 50']);
}

/** Canaries that wait, in a process of their own on a database of its own; before, at once, and half a minute later. */
async function measureWaitingCanaries(): Promise<void> {
  const url = new URL(databaseUrlOf(running));
  const client = new pg.Client(url.href);
  await client.connect();
  await client.query('create database bench_canaries');
  await client.end();
  url.pathname = '/bench_canaries';
  const script = path.join(import.meta.dirname, 'waiting-canaries.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    script,
    url.href,
    `${CANARIES}`,
  ]);
  const { before, waiting, later } = waitingSchema.parse(JSON.parse(stdout));
  const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  const each = ((waiting.heapUsed - before.heapUsed) / CANARIES / 1_024).toFixed(1);
  const busy = (later.cpu.user + later.cpu.system - waiting.cpu.user - waiting.cpu.system) / 1_000;
  const three = (of: (one: typeof before) => string | number) => [before, waiting, later].map(of).join(' → ');
  const when = `${CANARIES} canaries waiting (before → at once → half a minute later)`;
  const rowOf = (what: string, shown: string) => rows.push([what, shown, '–', '–', '–']);
  rowOf(
    `${when}: memory, MB`,
    three(({ rss }) => megabytes(rss)),
  );
  rowOf('  heap after collection, MB', `${three(({ heapUsed }) => megabytes(heapUsed))} (${each} kB each)`);
  rowOf(
    '  timers',
    three(({ active }) => active.Timeout ?? 0),
  );
  rowOf(
    '  sockets and other handles',
    three(({ active }) => handlesOf(active)),
  );
  rowOf(
    '  connections to the database',
    three(({ connections }) => connections),
  );
  rowOf('  processor time in that half minute, ms', busy.toFixed(0));
}

function handlesOf(active: Readonly<Record<string, number>>): number {
  const all = Object.values(active).reduce((sum, count) => sum + count, 0);
  return all - (active.Timeout ?? 0);
}

async function firstCallAfter(count: number): Promise<number> {
  for (;;) {
    const calls = await running.workspace.cloudCalls();
    const call = calls[count];
    if (call !== undefined) return Number(new Date(String(call.at)));
    await delay(2);
  }
}

/** A workspace of its own with the anchor as its app. */
async function startAnchor(url: string | null) {
  const directory = temporaryDirectory();
  stack.defer(() => directory.remove());
  const playground = await startShipped(['playground'], {
    env: { PLAYGROUND_PORT: String(await freePort()), SLIPWAY_DATA: directory.path },
    ready: 'Playground http',
  });
  stack.defer(async () => void (await playground.stop()));
  const address = playground.url('Playground');
  const tokens = ['xapp-1-playground-slipway', 'xoxb-playground-slipway'];
  const anchor = spawn(
    process.execPath,
    [
      path.join(import.meta.dirname, 'anchor-bot.ts'),
      `${address}/api/`,
      ...tokens,
      ...(url === null ? [] : [url]),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  stack.defer(() => void anchor.kill());
  await new Promise((resolve) => anchor.stdout.once('data', resolve));
  return (await openWorkspace(address)).person('dana');
}
