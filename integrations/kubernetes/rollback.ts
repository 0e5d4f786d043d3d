import { isDigest } from '../../src/domain/artifact.ts';
import type { LiveState, Revision } from '../../src/domain/live-state.ts';
import type { PlannedStep, TargetPlan } from '../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../src/domain/refusal.ts';
import { type RollbackCapability, TargetError } from '../target.ts';
import { hasSettled, ownSteps } from './argo-rollouts/ground.ts';
import type { KubernetesBinding, Reading } from './binding.ts';
import { currentRevision, type KeptRevision, ownMarks, revisionDigest, workloadText } from './history.ts';
import {
  ensureDeployable,
  fromEnd,
  givingBackSteps,
  provingSteps,
  skippingSteps,
  warningsOf,
} from './plan.ts';
import { foundMarks, rollOutStep, type TemplateChange } from './plan-steps.ts';
import { readingOf } from './reading.ts';
import { containerOf, templateHash, withImage } from './template.ts';

type Request = Parameters<RollbackCapability['plan']>[0];

/** Going back is giving the workload a template again that its controller has kept: all of it, not only the image. */
export async function planRollback(
  binding: KubernetesBinding,
  { live, to, good }: Request,
): Promise<Outcome<TargetPlan>> {
  const reading = await readingOf(binding, live);
  const current = asked(binding, reading);
  const wanted =
    to === null
      ? lastGood({ revisions: reading.revisions, current, good, container: binding.config.container })
      : await named(binding, { live, reading, to });
  if (wanted === null) return noSuchRevision(binding, { live, reading, current, wanted: to });
  const known = live.revisions.find(({ name }) => name === wanted.name);
  const version = known?.version ?? null;
  const target = binding.ref;
  if (wanted.hash === current.hash) {
    return refuse({ code: 'already-serving', target, version: version ?? wanted.name });
  }
  ensureDeployable(binding, reading.workload);
  const change = templateChange(reading, { current, wanted, version, binding });
  const digest = known?.digest ?? null;
  const title = `Go back to ${version ?? wanted.name} (revision ${wanted.number})`;
  const step = goingBack(binding, reading, { change, step: rollOutStep(title, change) });
  return accept({
    from: fromEnd(live, current),
    to: { version, digest, revision: wanted.name },
    artifact: null,
    steps: [
      step,
      ...provingSteps(binding, { uid: change.uid, hash: change.wanted.hash, digest }),
      ...givingBackSteps(change),
    ],
    live: live.fingerprint,
    warnings: [
      ...rollbackWarnings(known, good),
      ...skippingSteps(change),
      ...(step.undo === undefined ? ['If it fails, nothing takes it back by itself.'] : []),
      ...warningsOf(binding, reading.workload),
    ],
  });
}

/**
 * What a Rollout has under way, or was aborted, is never rolled out again to take going back from it back; and a
 * template of it that its controller has completed cannot be had back as it was.
 */
function goingBack(
  binding: KubernetesBinding,
  { workload }: Reading,
  { change, step }: { readonly change: TemplateChange; readonly step: PlannedStep },
): PlannedStep {
  const isKept = binding.workload.kind === 'rollout' && 'revision' in change.found.source;
  if (hasSettled(binding, workload) && !isKept) return step;
  const { undo: _, ...withoutUndo } = step;
  return withoutUndo;
}

function asked(binding: KubernetesBinding, { workload, revisions }: Reading): KeptRevision {
  const current = currentRevision(workload, revisions);
  if (current !== null) return current;
  throw new TargetError(
    'conflict',
    `The cluster has not seen the last change of ${workloadText(binding.workload)} yet. Ask again in a moment.`,
  );
}

/**
 * The newest revision before the present one whose content an operation of ours has proven. Where there is none,
 * the newest that no operation of ours has made: it served before Slipway came. One that we made and did not prove
 * is never gone back to unasked.
 */
export function lastGood(of: {
  readonly revisions: readonly KeptRevision[];
  readonly current: KeptRevision;
  readonly good: readonly string[];
  readonly container: string;
}): KeptRevision | null {
  const { revisions, current, good, container } = of;
  const before = revisions.filter(({ number, hash }) => number < current.number && hash !== current.hash);
  const proven = before.find((one) => {
    const digest = revisionDigest(one, container);
    return digest !== null && good.includes(digest);
  });
  return proven ?? before.find((one) => ownMarks(one, container) === null) ?? null;
}

/** By the name or the number of a revision, by version or by digest; the newest one where there are several. */
async function named(
  binding: KubernetesBinding,
  { live, reading, to }: { readonly live: LiveState; readonly reading: Reading; readonly to: string },
): Promise<KeptRevision | null> {
  const { revisions } = reading;
  const byName = revisions.find(({ name, number }) => name === to || String(number) === to);
  if (byName !== undefined) return byName;
  const described = (kept: KeptRevision) => live.revisions.find(({ name }) => name === kept.name);
  const known = revisions.find((one) => described(one)?.version === to || described(one)?.digest === to);
  if (known !== undefined || isDigest(to)) return known ?? null;
  const digest = (await binding.artifacts.resolve(to))?.digest ?? null;
  return revisions.find((one) => digest !== null && described(one)?.digest === digest) ?? null;
}

function templateChange(
  { workload }: Reading,
  of: {
    readonly current: KeptRevision;
    readonly wanted: KeptRevision;
    readonly version: string | null;
    readonly binding: KubernetesBinding;
  },
): TemplateChange {
  const { current, wanted, version, binding } = of;
  return {
    uid: workload.metadata.uid,
    ...(imageOnly(of) ?? {
      wanted: { hash: wanted.hash, source: { revision: wanted.name } },
      found: { hash: current.hash, source: { revision: current.name } },
    }),
    foundMarks: foundMarks(workload.metadata.annotations),
    marks: { version, digest: revisionDigest(wanted, binding.config.container) },
    ...ownSteps(binding, workload),
  };
}

/**
 * A Rollout’s controller keeps templates with the defaults that nobody wrote. Where two of them differ by nothing but
 * the image, only that is written, so that the Rollout stays as its owner wrote it; null elsewhere.
 */
function imageOnly(of: {
  readonly current: KeptRevision;
  readonly wanted: KeptRevision;
  readonly binding: KubernetesBinding;
}): Pick<TemplateChange, 'wanted' | 'found'> | null {
  const { current, wanted, binding } = of;
  const { container } = binding.config;
  const image = containerOf(wanted.template, container)?.image;
  const before = containerOf(current.template, container)?.image;
  if (binding.workload.kind !== 'rollout' || image === undefined || before === undefined) return null;
  if (templateHash(withImage(current.held, container, image)) !== wanted.hash) return null;
  const hash = templateHash(withImage(current.template, container, image));
  return {
    wanted: { hash, source: { image } },
    found: { hash: current.hash, source: { image: before } },
  };
}

function noSuchRevision(
  binding: KubernetesBinding,
  of: {
    readonly live: LiveState;
    readonly reading: Reading;
    readonly current: KeptRevision;
    readonly wanted: string | null;
  },
): Outcome<never> {
  const { live, reading, current, wanted } = of;
  const available = reading.revisions
    .filter(({ hash }) => hash !== current.hash)
    .map(({ name, number }) => {
      const version = live.revisions.find((one) => one.name === name)?.version ?? null;
      return version === null ? `${name} (revision ${number})` : `${version} (${name}, revision ${number})`;
    });
  return refuse({ code: 'no-such-revision', target: binding.ref, wanted, available: available.slice(0, 5) });
}

function rollbackWarnings(wanted: Revision | undefined, good: readonly string[]): readonly string[] {
  if (wanted === undefined || wanted.digest === null) {
    return ['Its image is named by a tag, and no pod shows its content: only the template can be verified.'];
  }
  return good.includes(wanted.digest)
    ? []
    : [`No operation of Slipway has proven ${wanted.name}; it is from before.`];
}
