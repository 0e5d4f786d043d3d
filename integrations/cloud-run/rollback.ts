import { type Digest, isDigest } from '../../src/domain/artifact.ts';
import { type LiveState, type Revision, servingRevision } from '../../src/domain/live-state.ts';
import type { TargetPlan } from '../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../src/domain/refusal.ts';
import type { RollbackCapability } from '../target.ts';
import type { CloudRunBinding } from './binding.ts';
import { endOf, serviceAsSeen } from './plan.ts';
import { shiftTrafficStep, verifyServingStep } from './plan-steps.ts';
import { sameShares, sharesOf } from './traffic.ts';

type Request = Parameters<RollbackCapability['plan']>[0];

/** Going back is moving traffic to a revision that is still there. Reads only. */
export async function planRollback(
  binding: CloudRunBinding,
  { live, to, good }: Request,
): Promise<Outcome<TargetPlan>> {
  const wanted = to === null ? lastGood(live, good) : await named(binding, live, to);
  if (wanted === null || !wanted.ready.is) return noSuchRevision(binding, live, to);
  if (sameShares(sharesOf(live.traffic), { [wanted.name]: 100 })) {
    return refuse({ code: 'already-serving', target: binding.ref, version: wanted.version ?? wanted.name });
  }
  const { entries, latestCreated } = await serviceAsSeen(binding, live);
  const found = { entries, latestCreated };
  return accept({
    from: endOf(servingRevision(live)),
    to: { version: wanted.version, digest: wanted.digest, revision: wanted.name },
    artifact: null,
    steps: [
      shiftTrafficStep(`Move all traffic back to ${wanted.version ?? wanted.name}`, wanted.name, found),
      verifyServingStep(wanted.name, wanted.digest, binding.checks),
    ],
    live: live.fingerprint,
    warnings: warningsOf(wanted, good),
  });
}

/**
 * The newest ready revision before the one that serves whose content an operation of ours has proven. Where
 * there is none, the newest that no operation of ours has made: it served before Slipway came. One that we
 * made and did not prove is never gone back to unasked.
 */
export function lastGood(live: LiveState, good: readonly string[]): Revision | null {
  const serving = servingRevision(live);
  if (serving === null) return null;
  const before = live.revisions.filter(
    (one) => one.ready.is && one.createdAt < serving.createdAt && one.digest !== serving.digest,
  );
  const proven = before.find((one) => one.digest !== null && good.includes(one.digest));
  return proven ?? before.find((one) => !isOwn(one)) ?? null;
}

/** Names of revisions that Slipway makes end so; see `revisionName`. */
function isOwn(revision: Revision): boolean {
  return /-sw[0-9a-f]{10}$/.test(revision.name);
}

/** By the name of a revision, by version or by digest; the newest ready one where there are several. */
async function named(binding: CloudRunBinding, live: LiveState, to: string): Promise<Revision | null> {
  const byName = live.revisions.find((one) => one.name === to);
  if (byName !== undefined) return byName;
  const ready = live.revisions.filter((one) => one.ready.is);
  const known = ready.find((one) => one.version === to || one.digest === to);
  if (known !== undefined || isDigest(to)) return known ?? null;
  const digest = await publishedDigest(binding, to);
  return ready.find((one) => digest !== null && one.digest === digest) ?? null;
}

async function publishedDigest(binding: CloudRunBinding, version: string): Promise<Digest | null> {
  return (await binding.artifacts.resolve(version))?.digest ?? null;
}

function noSuchRevision(binding: CloudRunBinding, live: LiveState, wanted: string | null): Outcome<never> {
  const serving = servingRevision(live);
  const available = live.revisions
    .filter((one) => one.ready.is && one.name !== serving?.name)
    .map((one) => (one.version === null ? one.name : `${one.version} (${one.name})`));
  return refuse({ code: 'no-such-revision', target: binding.ref, wanted, available: available.slice(0, 5) });
}

function warningsOf(wanted: Revision, good: readonly string[]): readonly string[] {
  if (wanted.digest === null) {
    return [`Cloud Run does not say by digest what ${wanted.name} runs; only its name can be verified.`];
  }
  return good.includes(wanted.digest)
    ? []
    : [`No operation of Slipway has proven ${wanted.name}; it is the newest from before.`];
}
