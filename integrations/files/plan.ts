import type { Artifact } from '../../src/domain/artifact.ts';
import type { LiveState } from '../../src/domain/live-state.ts';
import { servingRevision } from '../../src/domain/live-state.ts';
import type { PlanEnd, TargetPlan } from '../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../src/domain/refusal.ts';
import { TargetError } from '../target.ts';
import type { Release } from './archive/archive.ts';
import type { FilesBinding } from './binding.ts';
import { type ChangeSet, changeSet, ensurePossible } from './change-set.ts';
import { asFileChanges } from './compare.ts';
import { brokenGuards } from './guards.ts';
import { describeDrift, somePaths } from './live.ts';
import { type Look, lookAt } from './look.ts';
import { deploySteps } from './plan-steps.ts';
import type { HostTree } from './scan.ts';

/** What shipping the artifact would do. Reads only. */
export async function planDeploy(
  binding: FilesBinding,
  { live, artifact }: { readonly live: LiveState; readonly artifact: Artifact },
): Promise<Outcome<TargetPlan>> {
  const seen = await lookAt(binding, live);
  return binding.releases.withRelease(artifact, async (release) => {
    const changes = deployChanges(binding, seen.tree, release);
    if (changes.put.length === 0 && changes.removed.length === 0) {
      return refuse({ code: 'already-serving', target: binding.ref, version: artifact.version });
    }
    ensurePossible(seen.tree, changes, binding.config.directory);
    ensureRoom(binding, seen.tree, [...changes.put.map(({ path }) => release.files.get(path)?.size ?? 0)]);
    await ensureGuards(binding, release, artifact.version);
    const files = asFileChanges(changes, binding.config.deleted === 'remove');
    return accept({
      from: liveEnd(live),
      to: { version: artifact.version, digest: artifact.digest, revision: null },
      artifact,
      steps: deploySteps(binding, { artifact, live: live.fingerprint, changes }),
      live: live.fingerprint,
      files,
      warnings: warningsOf(binding, seen, { changes, release }),
    });
  });
}

/** What becomes of the live tree when this release takes its place. */
export function deployChanges(binding: FilesBinding, tree: HostTree, release: Release): ChangeSet {
  return changeSet(tree, release.files, () => binding.config.deleted === 'remove');
}

export function liveEnd(live: LiveState): PlanEnd | null {
  const serving = servingRevision(live);
  if (serving === null) return null;
  return { version: serving.version, digest: serving.digest, revision: serving.name };
}

async function ensureGuards(binding: FilesBinding, release: Release, version: string): Promise<void> {
  const broken = await brokenGuards(release, binding.config.guards);
  if (broken.length === 0) return;
  throw new TargetError(
    'guarded',
    `${version} does not have the structure that it must: ${broken.slice(0, 5).join(' ')}`,
  );
}

/** What a disk needs beside the files themselves: copies of what they replace, and records. */
const ROOM_FACTOR = 2;
const ROOM_BESIDE = 1_048_576;

/** Refuses what would fill the disk, before anything is begun. */
export function ensureRoom(binding: FilesBinding, { disk }: HostTree, sizes: readonly number[]): void {
  const needed = sizes.reduce((sum, size) => sum + size, 0) * ROOM_FACTOR + ROOM_BESIDE;
  if (disk.free >= needed) return;
  throw new TargetError(
    'invalid',
    `The disk of ${binding.host.name} is too full: this needs about ${megabytes(needed)}, ${megabytes(disk.free)} are left.`,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}

function warningsOf(
  binding: FilesBinding,
  { tree, live }: Look,
  { changes, release }: { readonly changes: ChangeSet; readonly release: Release },
): readonly string[] {
  const drift = describeDrift(live);
  return [
    ...(drift === null ? [] : [drift]),
    ...modeWarning(tree, changes, release),
    ...ownerWarning(tree, changes),
    ...(binding.checks.length === 0 && binding.config.health === undefined
      ? ['No checks are configured: only the files and the restart’s own word will be verified.']
      : []),
  ];
}

/** Modes are kept as they are on the host: what a release makes executable has to be made so by hand, once. */
function modeWarning(tree: HostTree, { put }: ChangeSet, release: Release): readonly string[] {
  const paths = put
    .filter(({ path, change }) => change === 'modified' && release.files.get(path)?.executable === true)
    .map(({ path }) => path)
    .filter((path) => ((tree.files.get(path)?.mode ?? 0o100) & 0o100) === 0);
  if (paths.length === 0) return [];
  return [`Executable in the release and not on the host, where modes are kept: ${somePaths(paths)}.`];
}

function ownerWarning({ uid, files }: HostTree, { put }: ChangeSet): readonly string[] {
  if (uid === 0) return [];
  const others = put.flatMap(({ path }) => files.get(path) ?? []).filter((file) => file.uid !== uid);
  if (others.length === 0) return [];
  return [`These will belong to Slipway’s account afterwards: ${somePaths(others.map(({ path }) => path))}.`];
}
