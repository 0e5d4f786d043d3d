/**
 * The database that the bot brings along: a real PostgreSQL, started on loopback in the data directory.
 * @module
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { postgresBinaries } from './binaries.ts';
import { type Cluster, clusterIn, ensureCluster, readPassword, SUPERUSER } from './cluster.ts';
import { databaseEnvironment } from './environment.ts';
import { isPostgres, type Postmaster, runningPostmaster } from './postmaster.ts';
import { type Account, asAccount, unprivilegedAccount } from './unprivileged.ts';

const DATABASE = 'slipway';
const START_LIMIT = 30_000;
const STOP_LIMIT = 15_000;

export interface EmbeddedPostgres {
  /** `postgres://…@127.0.0.1:…/slipway` */
  readonly url: string;
  readonly pid: number;
  /** True if it was running already: left by a crash, or another process is using it. */
  readonly adopted: boolean;
  /** Starts it again at the same address if it has died; true if it had. */
  ensureRunning(): Promise<boolean>;
  /** Fast shutdown: open transactions are rolled back. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL in `<dataDir>/postgres`, making the cluster if need be. A server left running by a
 * crash of the bot is adopted, never doubled.
 */
export async function startEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  mkdirSync(dataDir, { recursive: true });
  const cluster = clusterIn(dataDir);
  const account = unprivilegedAccount();
  await ensureCluster(cluster, account);
  const running = await adopt(cluster);
  let postmaster = running ?? (await startReady(cluster, account, await freePort()));
  await ensureDatabase(cluster, postmaster);
  return {
    url: connectionUrl(cluster, postmaster, DATABASE),
    pid: postmaster.pid,
    adopted: running !== null,
    ensureRunning: async () => {
      if (isPostgres(postmaster.pid)) return false;
      postmaster = await startReady(cluster, account, postmaster.port);
      return true;
    },
    stop: () => stopPostmaster(postmaster),
  };
}

/** The server that runs there already; null if there is none, or if it is just ending. */
async function adopt(cluster: Cluster): Promise<Postmaster | null> {
  const running = runningPostmaster(cluster);
  if (running === null) return null;
  try {
    await untilReady(cluster, running);
    return running;
  } catch (error) {
    if (isPostgres(running.pid)) throw error;
    return null;
  }
}

async function startReady(cluster: Cluster, account: Account | null, port: number): Promise<Postmaster> {
  const started = await startPostmaster(cluster, account, port);
  await untilReady(cluster, started);
  return started;
}

/** The address of the server that runs in the data directory now; null if none does. */
export function embeddedPostgresUrl(dataDir: string): string | null {
  const cluster = clusterIn(dataDir);
  const running = runningPostmaster(cluster);
  return running === null ? null : connectionUrl(cluster, running, DATABASE);
}

async function startPostmaster(cluster: Cluster, account: Account | null, port: number): Promise<Postmaster> {
  const { postgres } = await postgresBinaries();
  const command = asAccount(account, postgres, [
    ...['-D', cluster.directory, '-p', String(port), '-k', ''],
    ...['-c', 'listen_addresses=127.0.0.1', '-c', 'shared_buffers=32MB'],
  ]);
  const log = openSync(cluster.logFile, 'a', 0o600);
  // Detached and writing to a file: it outlives a kill -9 of the bot, to be adopted by the next one,
  // and a Ctrl-C at the terminal reaches the bot first, which stops it last.
  const child = spawn(command.file, command.args, {
    detached: true,
    env: databaseEnvironment(),
    stdio: ['ignore', log, log],
    ...(command.uid !== undefined && command.gid !== undefined ? { uid: command.uid, gid: command.gid } : {}),
  });
  closeSync(log);
  const spawned = new Promise<number>((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
    child.once('error', reject);
  });
  const pid = await spawned;
  child.unref();
  return { pid, port };
}

async function untilReady(cluster: Cluster, postmaster: Postmaster): Promise<void> {
  const deadline = Date.now() + START_LIMIT;
  for (;;) {
    const client = new pg.Client(connectionUrl(cluster, postmaster, 'postgres'));
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (cause) {
      if (!processIsThere(postmaster.pid) || Date.now() > deadline) {
        throw new Error(`PostgreSQL did not start. The end of ${cluster.logFile}:\n${logTail(cluster)}`, {
          cause,
        });
      }
      await delay(20);
    }
  }
}

async function ensureDatabase(cluster: Cluster, postmaster: Postmaster): Promise<void> {
  const client = new pg.Client(connectionUrl(cluster, postmaster, 'postgres'));
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(DATABASE)}`);
  } finally {
    await client.end();
  }
}

async function stopPostmaster(postmaster: Postmaster): Promise<void> {
  if (!isPostgres(postmaster.pid)) return;
  process.kill(postmaster.pid, 'SIGINT');
  const deadline = Date.now() + STOP_LIMIT;
  while (isPostgres(postmaster.pid)) {
    if (Date.now() > deadline) throw new Error(`PostgreSQL (process ${postmaster.pid}) did not stop.`);
    await delay(20);
  }
}

function connectionUrl(cluster: Cluster, postmaster: Postmaster, database: string): string {
  return `postgres://${SUPERUSER}:${readPassword(cluster)}@127.0.0.1:${postmaster.port}/${database}`;
}

function logTail(cluster: Cluster): string {
  return readFileSync(cluster.logFile, 'utf8').split('\n').slice(-12).join('\n');
}

function processIsThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
