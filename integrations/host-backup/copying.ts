import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { sizeInWords } from '../../src/domain/size.ts';
import type { Host } from '../host.ts';
import { type StepContext, type StepProgress, TargetError } from '../target.ts';
import { type HostBackupBinding, manifestsOn, placeOf, type Shelf } from './binding.ts';
import type { Manifest } from './manifest.ts';
import { APPEND, ARRIVED, READ_PART, SEAL } from './scripts/shelf.ts';

/** Bytes that travel between two looks. */
const PART = 16 * 1024 * 1024;
const CALL_LIMIT = 10 * 60_000;
/** More than a million tables or files have no place in it. */
const CHECK_LIMIT = 256 * 1024 * 1024;

/**
 * Brings a backup one part farther to the second place, from where it got to: through the bot, so that the
 * hosts need not know each other. It counts there once its SHA-256 is the same there.
 */
export async function copyFarther(
  binding: HostBackupBinding,
  copy: Shelf,
  request: { readonly id: string; readonly context: StepContext },
): Promise<StepProgress> {
  const { id, context } = request;
  const { shelf, source } = binding;
  const { signal } = context;
  const done = (await manifestsOn(copy, source, signal)).find((manifest) => manifest.id === id);
  const manifest = (await manifestsOn(shelf, source, signal)).find((candidate) => candidate.id === id);
  if (manifest === undefined) throw new TargetError('not-found', `${id} is not at ${placeOf(shelf)}.`);
  const { file, size, sha256 } = manifest;
  if (done !== undefined) return succeeded(manifest, [shelf, copy]);
  const said = await run(copy.host, [ARRIVED, copy.directory, file], signal);
  const arrived = Math.min(Number(said.trim()), size);
  if (arrived < size) {
    const part = await read(shelf, { file, from: arrived, signal });
    await run(copy.host, [APPEND, copy.directory, file, String(arrived)], signal, part);
    return running(`${sizeInWords(arrived + part.length)} of ${sizeInWords(size)} are at ${copy.host.name}`);
  }
  await copyCheck(binding, copy, { id, signal });
  await run(copy.host, [SEAL, copy.directory, id, file, sha256], signal, `${JSON.stringify(manifest)}\n`);
  return succeeded(manifest, [shelf, copy]);
}

/** What it must hold goes with it, so that it can be verified wherever it is brought back to. */
async function copyCheck(
  { shelf }: HostBackupBinding,
  copy: Shelf,
  { id, signal }: { readonly id: string; readonly signal: AbortSignal },
): Promise<void> {
  const file = `${id}.check`;
  const content = await shelf.host.readFile(`${shelf.directory}/${file}`, { limit: CHECK_LIMIT, signal });
  if (content !== null) await copy.host.writeFile(`${copy.directory}/${file}`, content, { signal });
}

async function read(
  { host, directory }: Shelf,
  what: { readonly file: string; readonly from: number; readonly signal: AbortSignal },
): Promise<Buffer> {
  const output = new PassThrough();
  const arriving = buffer(output);
  const argv = ['sh', '-c', READ_PART, 'sh', directory, what.file, String(what.from), String(PART)] as const;
  const end = await host.run({ argv, output, timeLimit: CALL_LIMIT }, what.signal);
  const part = await arriving;
  if (end.status === 0 && part.length > 0) return part;
  throw new TargetError('invalid', `${what.file} cannot be read at ${host.name}: ${end.complaint}`);
}

async function run(
  host: Host,
  [script, ...data]: readonly [string, ...string[]],
  signal: AbortSignal,
  input?: string | Uint8Array,
): Promise<string> {
  const argv = ['sh', '-c', script, 'sh', ...data] as const;
  const more = input === undefined ? {} : { input };
  const end = await host.run({ argv, timeLimit: CALL_LIMIT, ...more }, signal);
  if (end.status === 0) return end.output;
  throw new TargetError(
    'invalid',
    `${host.name} did not take the copy: ${end.output}${end.complaint}`.trim(),
  );
}

function running(message: string): StepProgress {
  return { phase: 'running', handle: null, message, lookAgainAfter: 10 };
}

function succeeded({ id, size, sha256 }: Manifest, shelves: readonly Shelf[]): StepProgress {
  const places = shelves.map(placeOf).join(' and at ');
  return { phase: 'succeeded', message: `${id}: ${sizeInWords(size)}, sha256:${sha256}, at ${places}.` };
}
