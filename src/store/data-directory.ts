import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/**
 * Takes a data directory for this process. A claim left by a process that is gone is taken over; one
 * whose process lives is refused.
 */
export function claimDataDirectory(directory: string): DataDirectory {
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, 'slipway.pid');
  const claim = describeProcess(process.pid);
  for (;;) {
    if (create(file, claim)) return { path: directory, release: () => rmSync(file, { force: true }) };
    const holder = readClaim(file);
    if (holder !== null && holder === describeProcess(Number.parseInt(holder, 10))) {
      throw new DataDirectoryInUse(directory, Number.parseInt(holder, 10));
    }
    rmSync(file, { force: true });
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
  if (!existsSync('/proc/self/stat')) return isThere(pid) ? String(pid) : '';
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
