import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';

/** A data directory that this process has to itself. */
export interface DataDirectory {
  readonly path: string;
  release(): void;
}

/** Somebody else uses the directory. */
export class DataDirectoryInUse extends Error {
  readonly pid: number;

  constructor(directory: string, pid: number) {
    super(
      `Another Slipway (process ${pid}) is using ${directory}. Stop it, or set SLIPWAY_DATA to another directory.`,
    );
    this.name = 'DataDirectoryInUse';
    this.pid = pid;
  }
}

/** Milliseconds between signs of life, and without one after which a process on another machine is gone. */
const BEAT = 5_000;
const SILENT = 30_000;

/**
 * Takes a data directory for this process. A claim left by a process that is gone is taken over; one
 * whose process lives is refused. Of a process on another machine, or in another container, only its signs
 * of life in the claim's file can be seen.
 */
export function claimDataDirectory(directory: string): DataDirectory {
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, 'slipway.pid');
  const claim = `${describeProcess(process.pid)} ${hostname()}`;
  while (!create(file, claim)) {
    const holder = readClaim(file);
    if (holder !== null && isAlive(holder, file))
      throw new DataDirectoryInUse(directory, Number.parseInt(holder, 10));
    rmSync(file, { force: true });
  }
  const beat = setInterval(() => keepFresh(file), BEAT).unref();
  return {
    path: directory,
    release: () => {
      clearInterval(beat);
      rmSync(file, { force: true });
    },
  };
}

function isAlive(claim: string, file: string): boolean {
  const [pid = '', began = '', host = ''] = claim.split(' ');
  if (host === '' || host === hostname()) return describeProcess(Number(pid)) === `${pid} ${began}`;
  return Date.now() - statSync(file).mtimeMs < SILENT;
}

function keepFresh(file: string): void {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // The file is gone: so is the directory, or its volume. The process ends by that, not by this.
  }
}

function create(file: string, claim: string): boolean {
  try {
    writeFileSync(file, claim, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function readClaim(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

/**
 * A process's number and when it began, so that another process that got the same number later is told
 * apart; empty when there is no such process. Where the system has no /proc the number has to do.
 */
function describeProcess(pid: number): string {
  if (!existsSync('/proc/self/stat')) return isThere(pid) ? `${pid} -` : '';
  try {
    // Field 22 of proc(5) is the start time; field 2, the name, is in parentheses and may hold spaces.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? '' : `${pid} ${rest[18] ?? ''}`;
  } catch {
    return '';
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
