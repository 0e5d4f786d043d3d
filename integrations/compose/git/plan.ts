import type { Artifact } from '../../../src/domain/artifact.ts';
import { type LiveState, type Revision, servingRevision } from '../../../src/domain/live-state.ts';
import type { TargetPlan } from '../../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../../src/domain/refusal.ts';
import { readHeadroom, shortages } from '../../headroom.ts';
import { namedArtifact } from '../../named-artifact.ts';
import { type RollbackCapability, TargetError } from '../../target.ts';
import { endOf } from '../plan.ts';
import { type GitBinding, shortCommit } from './binding.ts';
import { changeSteps } from './plan-steps.ts';
import { type GitReading, gitFingerprint, readGitProject, servingCommit } from './reading.ts';
import { foundIn, type Release, refuseChanges } from './release.ts';

type Wanted = Parameters<RollbackCapability['plan']>[0];

/** What checking out the artifact's commit would do. Reads only. */
export async function planGitDeploy(
  binding: GitBinding,
  { live, artifact }: { readonly live: LiveState; readonly artifact: Artifact },
): Promise<Outcome<TargetPlan>> {
  const reading = await projectAsSeen(binding, live);
  const release = { version: artifact.version, commit: artifact.reference };
  return planChange(binding, { live, reading, release, artifact });
}

/**
 * Going back is checking out a commit that was here before; a named tag that was not is fetched. Its images are those
 * that were kept, so that it needs neither the remote nor a registry.
 */
export async function planGitRollback(
  binding: GitBinding,
  { live, to, good }: Wanted,
): Promise<Outcome<TargetPlan>> {
  const reading = await projectAsSeen(binding, live);
  const known = to === null ? lastGood(live, reading, good) : named(live, to);
  const release = known === null ? await tagged(binding, reading, to) : releaseOf(reading, known);
  if (release === null) return noSuchRevision(binding, live, to);
  const planned = await planChange(binding, { live, reading, release, artifact: null });
  const { digest } = namedArtifact(release.version, release.commit);
  if (!planned.ok || good.includes(digest)) return planned;
  const warnings = [...planned.value.warnings, `No operation of Slipway has proven ${release.version} here.`];
  return accept({ ...planned.value, warnings });
}

async function planChange(
  binding: GitBinding,
  way: {
    readonly live: LiveState;
    readonly reading: GitReading;
    readonly release: Release;
    readonly artifact: Artifact | null;
  },
): Promise<Outcome<TargetPlan>> {
  const { live, reading, release, artifact } = way;
  refuseChanges(binding, reading);
  const { version, commit } = release;
  if (servingCommit(binding, reading) === commit) {
    return refuse({ code: 'already-serving', target: binding.ref, version });
  }
  const steps = changeSteps(binding, { release, found: foundIn(binding, reading) });
  const isBack = artifact === null;
  return accept({
    from: endOf(live),
    to: {
      version,
      digest: namedArtifact(version, commit).digest,
      revision: isBack ? shortCommit(commit) : null,
    },
    artifact,
    // Going back runs no migration and removes nothing.
    steps: isBack ? steps.filter(({ action }) => action !== 'migrate' && action !== 'tidy') : steps,
    live: live.fingerprint,
    warnings: await warningsOf(binding, { reading, isBack }),
  });
}

/** The project now, which must still be what `live` was read from. */
async function projectAsSeen(binding: GitBinding, live: LiveState): Promise<GitReading> {
  const reading = await readGitProject(binding);
  if (gitFingerprint(binding, reading) === live.fingerprint) return reading;
  throw new TargetError(
    'conflict',
    `What ${binding.project} runs on ${binding.host.name} changed while this was planned. Ask again.`,
  );
}

/** The newest before the one that runs that an operation proved, else the newest that ran before Slipway came. */
function lastGood(live: LiveState, { journal }: GitReading, good: readonly string[]): Revision | null {
  const serving = servingRevision(live);
  const before = live.revisions.filter((one) => one.ready.is && one.name !== serving?.name);
  const isFound = ({ name }: Revision) =>
    journal.some(({ operation, commit }) => operation === null && shortCommit(commit) === name);
  const proven = before.find(({ digest }) => digest !== null && good.includes(digest));
  return proven ?? before.find(isFound) ?? null;
}

function named(live: LiveState, to: string): Revision | null {
  const ready = live.revisions.filter((one) => one.ready.is);
  return ready.find(({ name, version, digest }) => [name, version, digest].includes(to)) ?? null;
}

function releaseOf({ journal, head }: GitReading, { name, version }: Revision): Release | null {
  const commit = [...journal.map((entry) => entry.commit), head].find((one) => shortCommit(one) === name);
  return commit === undefined ? null : { version: version ?? name, commit };
}

/** A tag of the remote; where that is away, one that the work tree has. */
async function tagged(binding: GitBinding, { tags }: GitReading, to: string | null): Promise<Release | null> {
  if (to === null) return null;
  try {
    const artifact = await binding.tags.resolve(to);
    return artifact === null ? null : { version: to, commit: artifact.reference };
  } catch (error) {
    const commit = tags.get(to);
    if (!(error instanceof TargetError) || commit === undefined) throw error;
    return { version: to, commit };
  }
}

function noSuchRevision(binding: GitBinding, live: LiveState, wanted: string | null): Outcome<never> {
  const serving = servingRevision(live);
  const others = live.revisions.filter(({ name, ready }) => ready.is && name !== serving?.name);
  const available = others.map(({ version, name }) => (version === null ? name : `${version} (${name})`));
  return refuse({ code: 'no-such-revision', target: binding.ref, wanted, available: available.slice(0, 5) });
}

async function warningsOf(
  binding: GitBinding,
  { reading, isBack }: { readonly reading: GitReading; readonly isBack: boolean },
): Promise<readonly string[]> {
  const { host, config, project, migration, checks } = binding;
  const warnings = [
    ...shortages(host.name, await readHeadroom(host, config.directory)),
    `All of ${project} is stopped, and then started anew: it does not answer meanwhile.`,
  ];
  if (servingCommit(binding, reading) === null) {
    warnings.push(
      `What runs now was not made from what is checked out (${shortCommit(reading.head)}): undoing starts its images with the files of that commit.`,
    );
  }
  if (migration !== null && !isBack) {
    warnings.push('The migration changes data, which undoing does not take back.');
  }
  if (checks.length === 0) warnings.push('No checks are configured: only the containers will be verified.');
  return warnings;
}
