import { Readable } from 'node:stream';
import { z } from 'zod';
import { type Artifact, isDigest } from '../../../src/domain/artifact.ts';
import { type StepProgress, TargetError } from '../../target.ts';
import type { Release } from '../archive/archive.ts';
import { ensurePossible } from '../change-set.ts';
import { runTree, treeCommand } from '../host/script.ts';
import { type Look, look } from '../look.ts';
import { deployChanges } from '../plan.ts';
import { describeLive, ownershipFor, packed, type Staging, wordsOf } from '../staging.ts';
import { defineShortAction, type StepRun, succeeded } from './step.ts';

export const artifactInput = { version: z.string(), digest: z.string().refine(isDigest), reference: z.string() };

const input = z.object({ ...artifactInput, live: z.string() });
type Input = z.output<typeof input>;

const TIME_LIMIT = 30 * 60_000;

/**
 * Sends what is new or modified, and the words of the operation, in one stream; the host checks every file by its
 * hash before it says that it is there. The live tree must still be what the plan saw.
 */
export const stage = defineShortAction(input, async (run, asked) => {
  if (await isStaged(run)) return succeeded('It is there.');
  const seen = await asPlanned(run, asked.live);
  return run.binding.releases.withRelease(asked, (release) => upload(run, asked, seen, release));
});

async function upload(run: StepRun, asked: Input, seen: Look, release: Release): Promise<StepProgress> {
  const { binding } = run;
  const changes = deployChanges(binding, seen.tree, release);
  ensurePossible(seen.tree, changes, binding.config.directory);
  const staging: Staging = { ...seen, changes, next: release.files, ...recordsOf(run, seen, asked, changes.kept) };
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

/** What is written down about the release, and about what it replaces. */
export function recordsOf(
  { binding, context }: StepRun,
  { tree, live }: Look,
  to: Pick<Artifact, 'digest'> & { readonly version: string | null },
  kept: readonly string[],
): Pick<Staging, 'marker' | 'about'> {
  const at = new Date(binding.now()).toISOString();
  const { version, digest } = to;
  const { operationId: operation, requestedBy: by } = context;
  return {
    marker: { operation, version, digest, at, by, kept: [...kept] },
    about: { operation, at, from: describeLive(live, tree), to: { version, digest } },
  };
}

export async function sendStaging({ binding, operation, context }: StepRun, stream: Readable): Promise<void> {
  await runTree(
    binding.host,
    {
      argv: treeCommand('stage', binding.config.directory, operation, binding.backups),
      input: Readable.from(stream),
      timeLimit: TIME_LIMIT,
    },
    context.signal,
  );
}
