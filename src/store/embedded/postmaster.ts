import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Cluster } from './cluster.ts';

/** A PostgreSQL server that is running on a cluster. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

/**
 * The server that holds the cluster now, from its `postmaster.pid` (line 1: process, line 4: port).
 * A file left by a crash whose process is gone, or is somebody else by now, is removed.
 */
export function runningPostmaster(cluster: Cluster): Postmaster | null {
  const file = path.join(cluster.directory, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const lines = readFileSync(file, 'utf8').split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (isPostgres(pid)) return { pid, port };
  rmSync(file, { force: true });
  return null;
}

/** True while a process of that number runs a program called postgres. */
export function isPostgres(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  const stat = `/proc/${pid}/stat`;
  if (existsSync('/proc/self/stat')) {
    return existsSync(stat) && /\(postgres\) [^Z]/.test(readFileSync(stat, 'utf8'));
  }
  return signalReaches(pid);
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
