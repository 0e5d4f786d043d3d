import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { postgresBinaries } from './binaries.ts';
import { databaseEnvironment } from './environment.ts';
import { type Account, asAccount } from './unprivileged.ts';

export const SUPERUSER = 'slipway';

/** The files of one database cluster. */
export interface Cluster {
  /** Where PostgreSQL keeps its data. */
  readonly directory: string;
  readonly passwordFile: string;
  readonly logFile: string;
}

export function clusterIn(dataDir: string): Cluster {
  const directory = path.resolve(dataDir, 'postgres');
  return {
    directory,
    passwordFile: path.resolve(dataDir, 'postgres.password'),
    logFile: path.resolve(dataDir, 'postgres.log'),
  };
}

export function readPassword(cluster: Cluster): string {
  return readFileSync(cluster.passwordFile, 'utf8').trim();
}

/**
 * Makes the cluster if there is none. It is made beside its place and then moved there, so that a crash
 * in the middle leaves nothing that looks finished.
 */
export async function ensureCluster(cluster: Cluster, account: Account | null): Promise<void> {
  if (existsSync(path.join(cluster.directory, 'PG_VERSION'))) return;
  const draft = `${cluster.directory}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  writeFileSync(cluster.passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (account !== null) {
    chownSync(draft, account.uid, account.gid);
    chownSync(cluster.passwordFile, account.uid, account.gid);
  }
  await initialise(cluster, draft, account);
  renameSync(draft, cluster.directory);
}

async function initialise(cluster: Cluster, directory: string, account: Account | null): Promise<void> {
  const { initdb } = await postgresBinaries();
  const args = [
    `--pgdata=${directory}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${cluster.passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ];
  const command = asAccount(account, initdb, args);
  const { code, output } = await run(command.file, command.args, command);
  if (code !== 0) throw new Error(`PostgreSQL's initdb ended with ${code}: ${output.trim()}`);
}

async function run(
  file: string,
  args: readonly string[],
  identity: { readonly uid?: number; readonly gid?: number },
): Promise<{ code: number | null; output: string }> {
  const { uid, gid } = identity;
  const env = databaseEnvironment();
  const child = spawn(file, args, { env, ...(uid !== undefined && gid !== undefined ? { uid, gid } : {}) });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
