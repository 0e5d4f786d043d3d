import { z } from 'zod';
import { TargetError } from '../../target.ts';
import { runningImages } from '../project.ts';
import { type GitBinding, type GitRun, shortCommit } from './binding.ts';
import { changesOf } from './inspect.ts';
import { type GitReading, servingCommit, versionOf } from './reading.ts';

const commit = z.string().regex(/^[0-9a-f]{40,64}$/);

/** What is to be checked out and to run, as a step's input holds it. */
export const release = z.object({ version: z.string(), commit });
export type Release = z.output<typeof release>;

/** How the project was found when a plan was made. */
export const found = z.object({
  head: commit,
  branch: z.string().nullable(),
  /** Ids of the images that ran, by service. */
  images: z.record(z.string(), z.array(z.string())),
  version: z.string().nullable(),
  /** True if what ran was made from what was checked out. */
  proven: z.boolean(),
});
export type Found = z.output<typeof found>;

/** The change that a step is part of. */
export const change = z.object({ release, found });
export type Change = z.output<typeof change>;

export function foundIn(binding: GitBinding, reading: GitReading): Found {
  const images = runningImages(binding.config.services, reading);
  return {
    head: reading.head,
    branch: reading.branch,
    images: Object.fromEntries(Object.entries(images).map(([service, ids]) => [service, [...ids]])),
    version: versionOf(reading, reading.head),
    proven: servingCommit(binding, reading) !== null,
  };
}

/** What people call what was found. */
export function foundName({ version, head }: Found): string {
  return version ?? shortCommit(head);
}

/** A work tree with changes is somebody's: it is not touched. */
export function refuseChanges({ host, config }: GitBinding, reading: GitReading): void {
  if (reading.changes.length === 0) return;
  throw new TargetError(
    'conflict',
    `${config.directory} on ${host.name} has changes that no commit has: ${changesOf(reading)}. Commit them, or take them away there.`,
  );
}

/** Somebody else's work is not overwritten: one of these commits must be checked out, without a change. */
export function refuseOthers({ binding }: GitRun, reading: GitReading, expected: readonly string[]): void {
  refuseChanges(binding, reading);
  if (expected.includes(reading.head)) return;
  throw new TargetError(
    'conflict',
    `Somebody else checked out ${shortCommit(reading.head)} in ${binding.config.directory} on ${binding.host.name} meanwhile. It was left as it is.`,
  );
}
