import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

const packageSchema = z.object({ scripts: z.object({ slipway: z.string() }) });
const ROOT = path.join(import.meta.dirname, '../..');
const MAIN = path.join(ROOT, 'src/main.ts');
/** What Node is started with, as `npm run slipway` and the image start it. */
const FLAGS = packageSchema
  .parse(JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')))
  .scripts.slipway.split(' ')
  .filter((word) => word.startsWith('--'));
const START_LIMIT = 60_000;
const STOP_LIMIT = 20_000;

/** The shipped program, running as a process of its own. */
export interface ShippedProcess {
  readonly pid: number;
  /** Everything that it wrote so far. */
  output(): string;
  /** The address that it printed behind these words: `Slipway ready`, `Playground`. */
  url(words: string): string;
  /** kill -9. */
  kill(): Promise<void>;
  /** Asks it to stop and waits; resolves to its exit code. */
  stop(): Promise<number | null>;
  readonly exited: Promise<number | null>;
}

/**
 * Starts `slipway <args>` and waits until it has printed `ready`; rejects with its output if it ends before.
 * `main` is the program of another release.
 */
export async function startShipped(
  args: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly ready: string; readonly main?: string },
): Promise<ShippedProcess> {
  const child = spawn(process.execPath, [...FLAGS, options.main ?? MAIN, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const shipped = watch(child);
  await untilPrinted(shipped, options.ready);
  return shipped;
}

/** Runs `slipway <args>` to its end. */
export async function runShipped(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [...FLAGS, MAIN, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const shipped = watch(child);
  const code = await shipped.exited;
  return { code, output: shipped.output() };
}

function watch(child: ChildProcess): ShippedProcess {
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    output += chunk;
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    pid: child.pid ?? 0,
    output: () => output,
    url: (words) => {
      const found = new RegExp(`^${words} (http://\\S+)`, 'm').exec(output)?.[1];
      if (found === undefined) throw new Error(`“${words}” was not printed:\n${output}`);
      return found;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
      const code = await exited;
      clearTimeout(timer);
      return code;
    },
    exited,
  };
}

async function untilPrinted(shipped: ShippedProcess, words: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT;
  let over = false;
  void shipped.exited.then(() => {
    over = true;
  });
  while (!shipped.output().includes(words)) {
    if (over || Date.now() > deadline) {
      await shipped.kill();
      throw new Error(`slipway did not print “${words}”:\n${shipped.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A directory that is there until {@link TemporaryDirectory.remove}. */
export interface TemporaryDirectory {
  readonly path: string;
  remove(): void;
}

export function temporaryDirectory(): TemporaryDirectory {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-'));
  return { path: directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
