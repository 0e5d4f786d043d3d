import { isDigest } from '../../src/domain/artifact.ts';
import { type LiveState, type Revision, servingRevision } from '../../src/domain/live-state.ts';
import type { TargetPlan } from '../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../src/domain/refusal.ts';
import type { RollbackCapability } from '../target.ts';
import type { ComposeBinding } from './binding.ts';
import { readServing } from './inspect.ts';
import { type JournalEntry, readJournal, releaseName } from './journal.ts';
import { contentsOf, endOf, isServing, projectAsSeen, refuseShadow, runSteps } from './plan.ts';
import { pullStep } from './plan-steps.ts';
import type { ProjectReading } from './project.ts';
import { foundIn, type Release, tagOf } from './release.ts';

type Request = Parameters<RollbackCapability['plan']>[0];

/** Going back is starting contents that the host still has; a named version that it has not is pulled. */
export async function planRollback(
  binding: ComposeBinding,
  { live, to, good }: Request,
): Promise<Outcome<TargetPlan>> {
  const reading = await projectAsSeen(binding, live);
  const entries = readJournal(reading.journal);
  const local = to === null ? lastGood(live, entries, good) : named(live, to);
  const known = local === null ? null : releaseOf(entries, local);
  const release = known ?? (to === null ? null : await published(binding, to));
  if (release === null) return noSuchRevision(binding, live, to);
  if (isServing(binding.parts, reading, release)) {
    return refuse({ code: 'already-serving', target: binding.ref, version: release.version });
  }
  await refuseShadow(binding, binding.parts, release);
  return accept(await planOf(binding, { live, reading, release, isLocal: known !== null, good }));
}

async function planOf(
  binding: ComposeBinding,
  way: {
    readonly live: LiveState;
    readonly reading: ProjectReading;
    readonly release: Release;
    readonly isLocal: boolean;
    readonly good: readonly string[];
  },
): Promise<TargetPlan> {
  const { live, reading, release, isLocal, good } = way;
  const found = foundIn(binding.parts, reading, await readServing(binding, reading));
  const digest = release.digests[binding.parts[0]?.name ?? ''] ?? null;
  const isProven = digest !== null && good.includes(digest);
  return {
    from: endOf(live),
    to: { version: release.version, digest, revision: releaseName(release.digests) },
    artifact: null,
    steps: [
      ...(isLocal ? [] : [pullStep(release)]),
      ...runSteps(binding, { title: `Start ${release.version} again`, release, found, alone: false }),
    ],
    live: live.fingerprint,
    warnings: isProven ? [] : [`No operation of Slipway has proven ${release.version} here.`],
  };
}

/**
 * The newest version before the one that runs whose content an operation of ours has proven. Where there is none,
 * the newest that no operation of ours brought: it ran before Slipway came. One that we brought and did not prove
 * is never gone back to unasked.
 */
export function lastGood(
  live: LiveState,
  entries: readonly JournalEntry[],
  good: readonly string[],
): Revision | null {
  const serving = servingRevision(live);
  const before = live.revisions.filter((one) => one.ready.is && one.name !== serving?.name);
  const proven = before.find((one) => one.digest !== null && good.includes(one.digest));
  const isFound = ({ name }: Revision) =>
    entries.some((entry) => entry.operation === null && releaseName(entry.digests) === name);
  return proven ?? before.find(isFound) ?? null;
}

/** By name, version or digest, of those that are still on the host. */
function named(live: LiveState, to: string): Revision | null {
  const ready = live.revisions.filter((one) => one.ready.is);
  return ready.find((one) => one.name === to || one.version === to || one.digest === to) ?? null;
}

function releaseOf(entries: readonly JournalEntry[], { name }: Revision): Release | null {
  const entry = entries.findLast(({ digests }) => releaseName(digests) === name);
  if (entry === undefined) return null;
  const { version, digests } = entry;
  return { version, tag: isDigest(version) ? tagOf(version) : version, digests };
}

async function published(binding: ComposeBinding, version: string): Promise<Release | null> {
  const [main] = binding.parts;
  const artifact = main === undefined ? null : await binding.artifacts(main.image).resolve(version);
  if (artifact === null) return null;
  const digests = await contentsOf(binding, binding.parts, artifact);
  return digests.ok ? { version, tag: tagOf(version), digests: digests.value } : null;
}

function noSuchRevision(binding: ComposeBinding, live: LiveState, wanted: string | null): Outcome<never> {
  const serving = servingRevision(live);
  const others =
    wanted === null ? live.revisions.filter(({ name }) => name !== serving?.name) : live.revisions;
  const available = others
    .filter((one) => one.ready.is)
    .map(({ version, name }) => (version === null ? name : `${version} (${name})`));
  return refuse({ code: 'no-such-revision', target: binding.ref, wanted, available: available.slice(0, 5) });
}
