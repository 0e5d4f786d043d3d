import type { Readable } from 'node:stream';
import { z } from 'zod';
import { type Digest, isDigest } from '../../../src/domain/artifact.ts';
import { type StepProgress, TargetError } from '../../target.ts';
import type { Release } from '../archive/archive.ts';
import { type ChangeSet, ensurePossible } from '../change-set.ts';
import { runTree, treeCommand } from '../host/script.ts';
import { type Look, look } from '../look.ts';
import { deployChanges } from '../plan.ts';
import type { HostTree } from '../scan.ts';
import { describeLive, ownershipFor, packed, type Staging, wordsOf } from '../staging.ts';
import type { Tree } from '../tree.ts';
import { defineLook, type StepRun, succeeded } from './step.ts';

export const artifactInput = {
  version: z.string(),
  digest: z.string().refine(isDigest),
  reference: z.string(),
};

const input = z.object({ ...artifactInput, live: z.string() });
type Input = z.output<typeof input>;

const TIME_LIMIT = 30 * 60_000;

/**
 * Sends what is new or modified, and the words of the operation, in one stream; the host checks every file by its
 * hash before it says that it is there. The live tree must still be what the plan saw.
 */
export const stage = defineLook(input, async (run, asked) => {
  if (await isStaged(run)) return succeeded('It is there.');
  const seen = await asPlanned(run, asked.live);
  return run.binding.releases.withRelease(asked, (release) => upload(run, asked, seen, release));
});

async function upload(run: StepRun, asked: Input, seen: Look, release: Release): Promise<StepProgress> {
  const { binding } = run;
  const changes = deployChanges(binding, seen.tree, release);
  ensurePossible(seen.tree, changes, binding.config.directory);
  const next = release.files;
  const records = recordsOf(run, seen, { ...asked, at: null, next, changes });
  const staging: Staging = { ...seen, changes, next, ...records };
  const contents = release.contents(new Set(changes.put.map(({ path }) => path)));
  const ownership = (path: string, executable: boolean) => ownershipFor(seen.tree, path, executable);
  await sendStaging(run, packed(wordsOf(staging), contents, ownership));
  const bytes = changes.put.reduce((sum, { path }) => sum + (release.files.get(path)?.size ?? 0), 0);
  return succeeded(`${changes.put.length} files, ${Math.ceil(bytes / 1_024)} kB, arrived and were compared.`);
}

/** An upload that was interrupted leaves nothing; one that was done is done. */
export async function isStaged({ binding, operation, context }: StepRun): Promise<boolean> {
  return (await binding.host.readFile(`${operation}/staged`, { signal: context.signal })) !== null;
}

/** The live tree, which must be what the plan was made for. */
export async function asPlanned(run: StepRun, fingerprint: string): Promise<Look> {
  const seen = await look(run.binding, run.context.signal);
  if (seen.tree.fingerprint === fingerprint) return seen;
  const { config, host } = run.binding;
  throw new TargetError(
    'conflict',
    `Somebody else has changed ${config.directory} on ${host.name} since this was planned. Ask again to see the new plan.`,
  );
}

/** What is written down about what comes, and about what it replaces. `at` is when it first came. */
export function recordsOf(
  { binding, context }: StepRun,
  { tree, live }: Look,
  to: {
    readonly version: string | null;
    readonly digest: Digest;
    readonly at: string | null;
    readonly next: Tree;
    readonly changes: ChangeSet;
  },
): Pick<Staging, 'marker' | 'about'> {
  const now = new Date(binding.now()).toISOString();
  const { version, digest, at, next, changes } = to;
  const { operationId: operation, requestedBy: by } = context;
  const kept = besides(tree, next, changes);
  return {
    marker: { operation, version, digest, at: at ?? now, kept, by, placed: now },
    about: { operation, at: now, from: describeLive(live, tree), to: { version, digest } },
  };
}

/** The paths that are there afterwards and belong to no release. */
function besides(tree: HostTree, next: Tree, { removed }: ChangeSet): string[] {
  const gone = new Set(removed.map(({ path }) => path));
  return [...tree.files.keys()].filter((path) => !next.has(path) && !gone.has(path));
}

export async function sendStaging({ binding, operation, context }: StepRun, stream: Readable): Promise<void> {
  const argv = treeCommand('stage', binding.config.directory, operation, binding.backups);
  try {
    await runTree(binding.host, { argv, input: stream, timeLimit: TIME_LIMIT }, context.signal);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof TargetError) throw error;
    // The connection went while something was written to it; what came of it is not there as a whole.
    throw new TargetError('unavailable', `The upload to ${binding.host.name} broke off.`, { cause: error });
  }
}
