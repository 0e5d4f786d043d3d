import { randomUUID } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client, ClientChannel } from 'ssh2';
import { type CommandEnd, type HostCommand, OUT_OF_TIME } from '../host.ts';
import { TargetError } from '../target.ts';
import { brokenError } from './errors.ts';
import { Marked } from './marked.ts';
import { LOGIN_COMMAND, NO_DIRECTORY, programOf, READY } from './shell.ts';

/** Bytes of output that a result holds at most, and of complaint. */
const MOST_OUTPUT = 16 * 1_024 * 1_024;
const MOST_COMPLAINT = 64 * 1_024;
/** Milliseconds that a host gets beyond a command's time limit to say that it ended it. */
const LATENESS = 15_000;

/** Nothing was begun: the host carries as many sessions of this connection as it likes to. */
export class NoSessionError extends TargetError {
  constructor(name: string) {
    super('quota', `${name} takes no more sessions now.`);
  }
}

/** Nothing was sent: the connection was gone already, and another one may do. */
export class NotOpenedError extends Error {}

/** Runs one command on a connection to its end. */
export async function execute(
  host: { readonly name: string; readonly client: Client },
  command: HostCommand,
  signal?: AbortSignal,
): Promise<CommandEnd> {
  signal?.throwIfAborted();
  const marker = `slipway-${randomUUID()}`;
  const program = programOf(command, marker);
  const limit = AbortSignal.timeout(command.timeLimit + LATENESS);
  const stop = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  const left = untilAborted(stop);
  const channel = await Promise.race([open(host), left]);
  try {
    return await Promise.race([converse(host.name, channel, { command, program, marker }), left]);
  } catch (error) {
    signal?.throwIfAborted();
    if (limit.aborted) throw outOfTime(host.name, command);
    if (command.input instanceof Readable && command.input.errored !== null) throw command.input.errored;
    throw error instanceof TargetError ? error : brokenError(host.name, error);
  } finally {
    channel.destroy();
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => undefined);
  return aborted;
}

function open({ name, client }: { readonly name: string; readonly client: Client }): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    try {
      client.exec(LOGIN_COMMAND, (error, channel) => {
        if (error === undefined) resolve(channel);
        // Only an answer has a reason; without one there was nobody to answer.
        else if ('reason' in error) reject(new NoSessionError(name));
        else reject(new NotOpenedError(name, { cause: error }));
      });
    } catch (cause) {
      // Thrown at once where the connection is known to be gone.
      reject(new NotOpenedError(name, { cause }));
    }
  });
}

async function converse(
  name: string,
  channel: ClientChannel,
  {
    command,
    program,
    marker,
  }: { readonly command: HostCommand; readonly program: string; readonly marker: string },
): Promise<CommandEnd> {
  const collected = new Collected(MOST_OUTPUT);
  const marked = new Marked(marker);
  const complaint = new Tail(MOST_COMPLAINT);
  channel.stderr.on('data', (chunk: Buffer) => complaint.add(chunk));
  const ended = exitOf(name, channel);
  const sent = send(channel, program, command.input);
  const sink = command.output ?? collected;
  const received = pipeline(channel, marked, sink);
  // Whoever does not read its input to the end is told by its status.
  sent.catch(() => undefined);
  received.catch(() => undefined);
  const status = await ended;
  if (marked.word === NO_DIRECTORY) {
    throw new TargetError(
      'not-found',
      `${name} has no directory ${command.directory ?? '~'} that we may enter.`,
    );
  }
  if (marked.word !== READY && status === 0) throw brokenError(name);
  if (marked.word !== READY) throw noShell(name, complaint.text());
  await received;
  if (status === OUT_OF_TIME) throw outOfTime(name, command);
  return { status, output: collected.text(), complaint: complaint.text() };
}

/** The status of the command, once the channel is closed; a channel that closes without one was cut. */
function exitOf(name: string, channel: ClientChannel): Promise<number> {
  return new Promise((resolve, reject) => {
    let status: number | null = null;
    channel.on('exit', (code: number | null, killedBy?: string) => {
      status = code ?? (killedBy === undefined ? null : 128);
    });
    channel.on('error', reject);
    channel.on('close', () => (status === null ? reject(brokenError(name)) : resolve(status)));
  });
}

async function send(channel: ClientChannel, program: string, input: HostCommand['input']): Promise<void> {
  channel.write(`${Buffer.from(program).toString('base64')}\n`);
  if (input instanceof Readable) await pipeline(input, channel.stdin);
  else channel.end(input);
}

function outOfTime(name: string, { argv, timeLimit }: HostCommand): TargetError {
  const seconds = Math.round(timeLimit / 1_000);
  return new TargetError('timeout', `${argv[0]} on ${name} did not end within ${seconds} s.`);
}

function noShell(name: string, complaint: string): TargetError {
  const last = complaint.trim().split('\n').at(-1);
  const why = last ? `: ${last}` : '';
  return new TargetError(
    'invalid',
    `${name} does not run commands for us${why}. It needs /bin/sh and base64.`,
  );
}

/** The first bytes of a stream, up to a limit that is an error to pass. */
class Collected extends PassThrough {
  readonly #chunks: Buffer[] = [];

  constructor(limit: number) {
    super();
    let size = 0;
    this.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) this.destroy(new TargetError('invalid', `It printed more than ${limit} bytes.`));
      else this.#chunks.push(chunk);
    });
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

/** The last bytes of a stream. */
class Tail {
  readonly #limit: number;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]).subarray(-this.#limit);
  }

  text(): string {
    return this.#bytes.toString('utf8');
  }
}
