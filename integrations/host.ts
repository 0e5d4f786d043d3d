import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import type { Finding } from './target.ts';

/** What targets and backups call a host by, in the config. */
export const hostName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'the name of a host from `hosts`')
  .describe('The name of a host from `hosts`.');

/**
 * A machine that is worked on from outside, whatever carries the words there. It needs a POSIX shell and the
 * core utilities, nothing of ours.
 *
 * Nothing that a person wrote is ever read by a shell there. What is to run is given as arguments, and each
 * argument arrives as it is: spaces, quotes, `$(…)`, newlines, leading dashes. Where several commands have to
 * work together, `argv` is `['sh', '-c', SCRIPT, 'sh', …data]` with a constant SCRIPT that finds the data in
 * "$1", "$2", …
 *
 * Every method throws TargetError when the host cannot be asked: `unavailable` (nobody answers, the connection
 * broke), `permission` (our key or theirs is refused), `timeout`. A command that ends with a status of its own
 * is an answer, not an error.
 */
export interface Host {
  /** Its name in the config, for people. */
  readonly name: string;
  /** `deploy@web-1.example:22`, unique in the world: part of the identity of what is deployed there. */
  readonly identity: string;

  /** Runs a short command to its end. It may die with the connection: what must not is {@link Host.start}ed. */
  run(command: HostCommand, signal?: AbortSignal): Promise<CommandEnd>;

  /**
   * Begins work that outlives the connection, or finds that it was begun: the same id is the same run for ever,
   * and its command runs at most once. Returns once the host has taken it over.
   */
  start(run: DetachedRun, signal?: AbortSignal): Promise<void>;
  /** How a run is, and what it said since `from`. With `wait`, stays up to that many milliseconds for its end. */
  look(
    request: { readonly id: string; readonly from: number; readonly wait?: number },
    signal?: AbortSignal,
  ): Promise<RunState>;
  /** Asks a run to end, if it has not; it ends with a status other than 0. */
  stop(id: string, signal?: AbortSignal): Promise<void>;

  /** The content of a file, or null when there is none. Longer ones than `limit` bytes (1 MiB) are an error. */
  readFile(
    path: string,
    options?: { readonly limit?: number; readonly signal?: AbortSignal },
  ): Promise<Uint8Array | null>;
  /**
   * Puts a file in place as a whole: readers see the old one or the new one, and a failure leaves the old one.
   * A file that is there keeps its permissions; a new one gets `mode` (0600).
   */
  writeFile(
    path: string,
    content: string | Uint8Array | Readable,
    options?: { readonly mode?: number; readonly signal?: AbortSignal },
  ): Promise<void>;

  /**
   * `fetch` from the host's side: `http://127.0.0.1:8000` is what listens there. It goes through the connection
   * and needs no program on the host; what it throws is what `fetch` throws.
   */
  readonly fetch: typeof globalThis.fetch;

  /** Can it be reached, is our key accepted, are the tools there that every host needs? */
  examine(): Promise<readonly Finding[]>;
  close(): Promise<void>;
}

/** A command on a host. Secrets go by `input`, never by `argv` or `environment`, which other users there can see. */
export interface HostCommand {
  /** The program and its arguments; no argument may hold a NUL. */
  readonly argv: readonly [string, ...string[]];
  /** Absolute, or from the home directory, which it is when absent. */
  readonly directory?: string;
  /**
   * Variables by name. They come on top of PATH, HOME, USER, a fixed LANG, and what the config sets for the
   * host: nothing else that a login exports is there.
   */
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array | Readable;
  /** Where what it prints goes, for content of any size; it is closed at the end. Absent: into the result. */
  readonly output?: Writable;
  /** Milliseconds; then it is ended there and the call throws `timeout`. */
  readonly timeLimit: number;
}

/** How a command ended. */
export interface CommandEnd {
  /** 127 where there is no such program. */
  readonly status: number;
  /** What it printed, as UTF-8; at most 16 MiB, more is an error. Empty when `output` took it. */
  readonly output: string;
  /** The last 64 KiB of what it complained. */
  readonly complaint: string;
}

/** Work that the host does by itself. */
export interface DetachedRun extends Pick<HostCommand, 'argv' | 'directory' | 'environment'> {
  /** Lower-case letters, digits, dots, dashes, underscores and one slash: `op-3f2a/pull`. */
  readonly id: string;
  /** Secrets and data that it reads on its standard input; kept in its operation directory until it ends. */
  readonly input?: string;
  /** Milliseconds after which the host ends it. */
  readonly timeLimit: number;
}

/** A run as its operation directory tells it. `next` is the `from` of the next look. */
export type RunState =
  /** No such run was begun here. */
  | { readonly state: 'absent' }
  | { readonly state: 'running'; readonly output: string; readonly next: number }
  | { readonly state: 'ended'; readonly status: number; readonly output: string; readonly next: number }
  /** It was ended without saying how: killed, or the host was restarted. `why` is for people. */
  | { readonly state: 'lost'; readonly why: string; readonly output: string; readonly next: number };

/** The status of a run that the host ended at its time limit. */
export const OUT_OF_TIME = 124;
