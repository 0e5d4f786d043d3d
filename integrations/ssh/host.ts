import { createHash, type Hash, randomUUID } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'ssh2';
import type { CommandEnd, DetachedRun, Host, HostCommand, RunState } from '../host.ts';
import { TargetError } from '../target.ts';
import type { HostConfig } from './config.ts';
import { SshConnection } from './connection.ts';
import { brokenError, complaintError } from './errors.ts';
import { examineHost } from './examine.ts';
import { execute, NoSessionError, NotOpenedError } from './execute.ts';
import { createTunnelFetch } from './fetch.ts';
import { NO_FILE, PLACE, READ, RECEIVE, TOO_LONG, WRITE } from './file-scripts.ts';
import { Gate } from './gate.ts';
import { LOOK, RUNNER, START, STOP } from './run-scripts.ts';
import { readLook } from './run-state.ts';
import { commandLine, inHome } from './shell.ts';

/** Channels that one connection carries at a time; servers allow ten unless they are told otherwise. */
const MOST_CHANNELS = 8;
/** How often a session is asked for that the host refuses, and the milliseconds between. */
const SESSION_TRIES = 50;
const SESSION_PAUSE = 100;
/** Milliseconds for the small scripts. */
const SHORT = 30_000;
/** Milliseconds for a file, whatever its size. */
const TRANSFER = 60 * 60_000;
/** Bytes of output that one look brings. */
const PIECE = 64 * 1_024;
const ID = /^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._:-]*)?$/;

export interface SshHostOptions {
  readonly name: string;
  readonly config: HostConfig;
  readonly jump: SshConnection | null;
}

/** A host that is reached by SSH, with the connection that others may jump through. */
export function createSshHost(options: SshHostOptions): {
  readonly host: Host;
  readonly connection: SshConnection;
} {
  const { name, config } = options;
  const connection = new SshConnection(name, config, options.jump);
  return { host: new SshHost(name, config, connection), connection };
}

class SshHost implements Host {
  readonly name: string;
  readonly identity: string;
  readonly fetch: typeof globalThis.fetch;
  readonly #config: HostConfig;
  readonly #connection: SshConnection;
  readonly #gate = new Gate(MOST_CHANNELS);

  constructor(name: string, config: HostConfig, connection: SshConnection) {
    this.name = name;
    this.identity = `${config.user}@${config.address}:${config.port}`;
    this.#config = config;
    this.#connection = connection;
    this.fetch = createTunnelFetch((address, port) => connection.forward(address, port));
  }

  async run(command: HostCommand, signal?: AbortSignal): Promise<CommandEnd> {
    const environment = { ...this.#config.environment, ...command.environment };
    return this.#gate.pass(() => this.#execute({ ...command, environment }, signal), signal);
  }

  /** A connection that turns out to be gone before anything was sent is made again, once. */
  async #execute(command: HostCommand, signal: AbortSignal | undefined): Promise<CommandEnd> {
    for (let again = true; ; again = false) {
      const client = await this.#connection.client();
      try {
        return await this.#executeOn(client, command, signal);
      } catch (error) {
        if (!(error instanceof NotOpenedError)) throw error;
        this.#connection.drop(client);
        if (!again) throw brokenError(this.name, error);
      }
    }
  }

  /** A busy host counts sessions that have ended for a moment longer: nothing was begun, and it is asked again for a while. */
  async #executeOn(
    client: Client,
    command: HostCommand,
    signal: AbortSignal | undefined,
  ): Promise<CommandEnd> {
    for (let left = SESSION_TRIES; ; left -= 1) {
      try {
        return await execute({ name: this.name, client }, command, signal);
      } catch (error) {
        if (!(error instanceof NoSessionError) || left === 0) throw error;
        await delay(SESSION_PAUSE, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async start(run: DetachedRun, signal?: AbortSignal): Promise<void> {
    const environment = { ...this.#config.environment, ...run.environment };
    const program = `cd -- ${inHome(run.directory)} || exit 1\nexec ${commandLine({ ...run, environment })}\n`;
    const seconds = String(Math.max(1, Math.ceil(run.timeLimit / 1_000)));
    await this.#script('beginning work', START, [...this.#runArguments(run.id), RUNNER, seconds], {
      input: `${base64(program)}\n${base64(run.input ?? '')}\n`,
      signal,
    });
  }

  async look(
    { id, from, wait = 0 }: { readonly id: string; readonly from: number; readonly wait?: number },
    signal?: AbortSignal,
  ): Promise<RunState> {
    const tenths = String(Math.ceil(wait / 100));
    const data = [...this.#runArguments(id), String(from), String(PIECE), tenths];
    const chunks: Buffer[] = [];
    const output = new PassThrough().on('data', (chunk: Buffer) => chunks.push(chunk));
    await this.#script('looking at work', LOOK, data, { output, signal, timeLimit: SHORT + wait });
    return readLook(Buffer.concat(chunks), { from, piece: PIECE, host: this.name });
  }

  async stop(id: string, signal?: AbortSignal): Promise<void> {
    await this.#script('ending work', STOP, this.#runArguments(id), { signal });
  }

  async readFile(
    path: string,
    { limit = 1_024 * 1_024, signal }: { readonly limit?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Uint8Array | null> {
    const chunks: Buffer[] = [];
    const output = new PassThrough().on('data', (chunk: Buffer) => chunks.push(chunk));
    const argv = scriptOf(READ, [path, String(limit)]);
    const end = await this.run({ argv, output, timeLimit: SHORT }, signal);
    if (end.status === NO_FILE) return null;
    if (end.status === TOO_LONG) {
      throw new TargetError('invalid', `${path} on ${this.name} is longer than ${limit} bytes.`);
    }
    if (end.status !== 0) throw complaintError(this.name, `reading ${path}`, end.complaint);
    return Buffer.concat(chunks);
  }

  async writeFile(
    path: string,
    content: string | Uint8Array | Readable,
    { mode = 0o600, signal }: { readonly mode?: number; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const doing = `writing ${path}`;
    const token = randomUUID();
    if (!(content instanceof Readable)) {
      const sum = createHash('sha256').update(content).digest('hex');
      await this.#script(doing, WRITE, [path, token, mode.toString(8), sum], { input: content, signal });
      return;
    }
    const hash = createHash('sha256');
    const input = Readable.from(noted(content, hash), { objectMode: false });
    await this.#script(doing, RECEIVE, [path, token], { input, signal, timeLimit: TRANSFER });
    await this.#script(doing, PLACE, [path, token, mode.toString(8), hash.digest('hex')], { signal });
  }

  examine() {
    return examineHost(this, this.#config);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #runArguments(id: string): readonly string[] {
    if (!ID.test(id)) throw new TypeError(`${id} cannot be the id of a run.`);
    return [this.#config.workDirectory ?? '', id];
  }

  async #script(
    doing: string,
    script: string,
    data: readonly string[],
    options: Partial<Pick<HostCommand, 'input' | 'output' | 'timeLimit'>> & {
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<void> {
    const { signal, ...more } = options;
    const end = await this.run({ argv: scriptOf(script, data), timeLimit: SHORT, ...more }, signal);
    if (end.status !== 0) throw complaintError(this.name, doing, end.complaint);
  }
}

function scriptOf(script: string, data: readonly string[]): HostCommand['argv'] {
  return ['sh', '-c', script, 'sh', ...data];
}

/** The stream as it is, summed up on its way. */
async function* noted(content: Readable, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    const bytes = Buffer.from(chunk);
    hash.update(bytes);
    yield bytes;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
