import { isDigest } from '../../../src/domain/artifact.ts';
import type { LiveState, Revision } from '../../../src/domain/live-state.ts';
import type { TargetPlan } from '../../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../../src/domain/refusal.ts';
import type { RollbackCapability } from '../../target.ts';
import type { KubernetesBinding } from '../binding.ts';
import { currentRevision, type KeptRevision, ownMarks, revisionDigest } from '../history.ts';
import { fromEnd } from '../plan.ts';
import { foundMarks, type TemplateChange } from '../plan-steps.ts';
import { isReady } from '../trouble.ts';
import { COLOUR_MARKS } from './colours.ts';
import { ensureTurnable, prepareStep, switchingSteps, warningsOf } from './plan.ts';
import { type BothColours, readBoth, standing, turnTo } from './reading.ts';

type Request = Parameters<RollbackCapability['plan']>[0];

/**
 * Going back is switching to the other colour: at once where it still stands with what is wanted, else after its
 * template was given back to it and its pods have started again.
 */
export async function planBlueGreenRollback(
  binding: KubernetesBinding,
  { live, to, good }: Request,
): Promise<Outcome<TargetPlan>> {
  const both = await readBoth(binding);
  const current = currentRevision(both.serving.workload, both.serving.revisions);
  const target = binding.ref;
  if (to !== null && (await isMeant(binding, live, current, to))) {
    return refuse({ code: 'already-serving', target, version: to });
  }
  const wanted = to === null ? lastGood(binding, both, good) : await named(binding, { live, both, to });
  if (wanted === null) {
    return refuse({ code: 'no-such-revision', target, wanted: to, available: available(live, both) });
  }
  ensureTurnable(binding, both);
  const known = live.revisions.find(({ name }) => name === wanted.name);
  const digest = known?.digest ?? null;
  const version = known?.version ?? null;
  const turn = turnTo(wanted.hash, both);
  const ready = standsReady(both, wanted);
  const change = changeTo(binding, both, { wanted, version });
  const title = `Start ${version ?? wanted.name} in ${both.idle} again`;
  return accept({
    from: fromEnd(live, current),
    to: { version, digest, revision: wanted.name },
    artifact: null,
    steps: [
      ...(ready ? [] : [prepareStep(title, { change, turn, both })]),
      ...switchingSteps(binding, turn, digest),
    ],
    live: live.fingerprint,
    warnings: [
      ...(ready ? [] : [whyNotAtOnce(both, wanted)]),
      ...unproven(known, good),
      ...warningsOf(binding, both).filter((text) => !(ready && text.includes('still stands'))),
    ],
  });
}

/** The idle colour has the wanted template, and as many ready pods as it is asked for. */
function standsReady(both: BothColours, wanted: KeptRevision): boolean {
  const { other } = both;
  const asked = currentRevision(other.workload, other.revisions);
  const ready = asked?.pods.filter(isReady).length ?? 0;
  return (
    asked?.hash === wanted.hash && standing(both) > 0 && ready >= (both.serving.workload.spec.replicas ?? 1)
  );
}

function whyNotAtOnce(both: BothColours, wanted: KeptRevision): string {
  const asked = currentRevision(both.other.workload, both.other.revisions);
  if (asked?.hash !== wanted.hash) {
    return `${both.idle} has another template by now: ${wanted.name} has to be started in it again before the switch.`;
  }
  return standing(both) === 0
    ? `${both.idle} has been scaled to zero: it has to be started again before the switch.`
    : `${both.idle} has fewer ready pods than ${both.active}: it has to be scaled up before the switch.`;
}

/** What the other colour kept that was proven; else what it has, where it served before or somebody keeps it up. */
function lastGood(
  binding: KubernetesBinding,
  both: BothColours,
  good: readonly string[],
): KeptRevision | null {
  const { container } = binding.config;
  const serving = currentRevision(both.serving.workload, both.serving.revisions);
  const served = serving === null ? null : revisionDigest(serving, container);
  const { revisions, workload } = both.other;
  const others = revisions.filter((one) => revisionDigest(one, container) !== served);
  const isGood = (one: KeptRevision) => good.includes(revisionDigest(one, container) ?? '');
  const asked = currentRevision(workload, revisions);
  if (asked !== null && others.includes(asked)) {
    const servedBefore = both.service.metadata.annotations[COLOUR_MARKS.previous] === both.idle;
    const keptUp = asked.pods.some(isReady) && ownMarks(asked, container) === null;
    if (isGood(asked) || servedBefore || keptUp) return asked;
  }
  return others.find(isGood) ?? null;
}

async function named(
  binding: KubernetesBinding,
  of: { readonly live: LiveState; readonly both: BothColours; readonly to: string },
): Promise<KeptRevision | null> {
  for (const revision of of.both.other.revisions) {
    if (await isMeant(binding, of.live, revision, of.to)) return revision;
  }
  return null;
}

/** By the name of a revision, by version or by digest. */
async function isMeant(
  binding: KubernetesBinding,
  live: LiveState,
  revision: KeptRevision | null,
  to: string,
): Promise<boolean> {
  const known = live.revisions.find(({ name }) => name === revision?.name);
  if (known === undefined) return false;
  if (known.name === to || known.version === to || known.digest === to) return true;
  if (known.digest === null || isDigest(to)) return false;
  return (await binding.artifacts.resolve(to))?.digest === known.digest;
}

function changeTo(
  binding: KubernetesBinding,
  { other }: BothColours,
  { wanted, version }: { readonly wanted: KeptRevision; readonly version: string | null },
): TemplateChange {
  const { metadata } = other.workload;
  const asked = currentRevision(other.workload, other.revisions) ?? wanted;
  const digest = revisionDigest(wanted, binding.config.container);
  return {
    uid: metadata.uid,
    wanted: { hash: wanted.hash, source: { revision: wanted.name } },
    found: { hash: asked.hash, source: { revision: asked.name } },
    foundMarks: foundMarks(metadata.annotations),
    marks: { version, digest },
  };
}

function available(live: LiveState, { other, idle }: BothColours): readonly string[] {
  return other.revisions.slice(0, 5).map(({ name }) => {
    const version = live.revisions.find((one) => one.name === name)?.version ?? null;
    return version === null ? `${name} (${idle})` : `${version} (${name}, ${idle})`;
  });
}

function unproven(wanted: Revision | undefined, good: readonly string[]): readonly string[] {
  if (wanted === undefined || wanted.digest === null) {
    return ['Its image is named by a tag, and no pod shows its content: only the template can be verified.'];
  }
  return good.includes(wanted.digest) ? [] : [`No operation of Slipway has proven ${wanted.name}.`];
}
