import type { Artifact } from '../../src/domain/artifact.ts';
import { type LiveState, servingRevision } from '../../src/domain/live-state.ts';
import type { PlanEnd, PlannedStep, TargetPlan } from '../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../src/domain/refusal.ts';
import { TargetError } from '../target.ts';
import { ensureSelfGoing, ensureSettled, ownSteps } from './argo-rollouts/ground.ts';
import type { KubernetesBinding, Reading } from './binding.ts';
import { currentRevision, type KeptRevision, workloadText } from './history.ts';
import { planMigration } from './migration.ts';
import type { ManagedField, Workload } from './objects.ts';
import {
  foundMarks,
  giveBackStepsStep,
  marksOf,
  rollOutStep,
  type Serving,
  type TemplateChange,
  verifyServingStep,
  watchServingStep,
} from './plan-steps.ts';
import { ensureRunning, readingOf } from './reading.ts';
import { desiredPods, rolloutState } from './rollout.ts';
import { containerOf, namedDigest, namedTag, noContainer, templateHash, withImage } from './template.ts';

/** What shipping the artifact would do. Reads only. */
export async function planDeploy(
  binding: KubernetesBinding,
  { live, artifact }: { readonly live: LiveState; readonly artifact: Artifact },
): Promise<Outcome<TargetPlan>> {
  const reading = await readingOf(binding, live);
  const { workload } = reading;
  if (isServing(binding, reading, live, artifact)) {
    return refuse({ code: 'already-serving', target: binding.ref, version: artifact.version });
  }
  ensureDeployable(binding, workload);
  ensureSettled(binding, workload);
  const change = imageChange(binding, workload, artifact);
  const serving = { uid: change.uid, hash: change.wanted.hash, digest: artifact.digest };
  const migration = await planMigration(binding, artifact);
  return accept({
    from: fromEnd(live, currentRevision(workload, reading.revisions)),
    to: { version: artifact.version, digest: artifact.digest, revision: null },
    artifact,
    steps: [
      ...migration.steps,
      rollOutStep(
        `Roll ${artifact.version} out to ${binding.workload.kind}/${binding.workload.name}`,
        change,
      ),
      ...provingSteps(binding, serving),
      ...givingBackSteps(change),
    ],
    live: live.fingerprint,
    warnings: [...skippingSteps(change), ...warningsOf(binding, workload), ...migration.warnings],
  });
}

/** What proves a rollout, whatever it brought. */
export function provingSteps(binding: KubernetesBinding, serving: Serving): readonly PlannedStep[] {
  return [
    verifyServingStep(serving, binding.checks),
    ...(binding.watch > 0 ? [watchServingStep(serving, binding.checks, binding.watch)] : []),
  ];
}

/** A Rollout that was led past its own steps gets them back when all is proven. */
export function givingBackSteps(change: TemplateChange): readonly PlannedStep[] {
  return change.own === undefined ? [] : [giveBackStepsStep(change, 'wanted', 'tidies')];
}

/** Where a Rollout has steps of its own, approvers should know that none of them is walked. */
export function skippingSteps(change: TemplateChange): readonly string[] {
  return change.own === undefined
    ? []
    : [
        'Its own canary steps are not walked: everything goes at once (/canary goes step by step). It gets them back.',
      ];
}

/** What serves before the change; what is asked to serve where no pod is ready. */
export function fromEnd(live: LiveState, current: KeptRevision | null): PlanEnd | null {
  const known = servingRevision(live) ?? live.revisions.find(({ name }) => name === current?.name);
  if (known === undefined) return null;
  return { version: known.version, digest: known.digest, revision: known.name };
}

export function imageChange(
  binding: KubernetesBinding,
  workload: Workload,
  artifact: Artifact,
): TemplateChange {
  const { metadata, spec } = workload;
  const { container } = binding.config;
  const { template } = spec;
  const found = containerOf(template, container);
  if (found === null) throw noContainer(template, container);
  const image = artifact.reference;
  return {
    uid: metadata.uid,
    wanted: { hash: templateHash(withImage(template, container, image)), source: { image } },
    found: { hash: templateHash(template), source: { image: found.image } },
    foundMarks: foundMarks(metadata.annotations),
    marks: marksOf(artifact),
    ...ownSteps(binding, workload),
  };
}

/** True when everything that serves runs that content, and nothing else is asked for. */
function isServing(
  binding: KubernetesBinding,
  { workload, revisions }: Reading,
  live: LiveState,
  artifact: Artifact,
): boolean {
  const current = currentRevision(workload, revisions);
  const serving = live.traffic.filter(({ percent }) => percent > 0);
  const digestsOf = (name: string) => live.revisions.find((one) => one.name === name)?.digest ?? null;
  return (
    current !== null &&
    digestsOf(current.name) === artifact.digest &&
    serving.length > 0 &&
    serving.every(({ revision }) => revision === current.name) &&
    rolloutState(binding.workload.kind, workload).state === 'done'
  );
}

/** Throws for a workload that would not take a rollout, or could never prove it. */
export function ensureDeployable(binding: KubernetesBinding, workload: Workload): void {
  const { workload: name } = binding;
  ensureRunning(binding, workload);
  ensureSelfGoing(binding, workload);
  const subject = workloadText(name);
  if (desiredPods(name.kind, workload) === 0) {
    const why = name.kind === 'daemonset' ? 'no node takes it' : 'it is scaled to zero';
    throw new TargetError(
      'invalid',
      `Nothing would serve what is deployed to ${subject}: ${why}. Change that first.`,
    );
  }
  const { updateStrategy } = workload.spec;
  if (updateStrategy?.type === 'OnDelete') {
    throw new TargetError(
      'invalid',
      `The update strategy of ${subject} is OnDelete: its pods would go on with what they run. Make it RollingUpdate first.`,
    );
  }
  const partition = updateStrategy?.rollingUpdate?.partition ?? 0;
  if (partition > 0) {
    throw new TargetError(
      'invalid',
      `The rollouts of ${subject} stop at its partition ${partition}: the pods before that would go on with what they run. Set it to 0 first.`,
    );
  }
}

/** What approvers should know of the workload itself. */
export function warningsOf(binding: KubernetesBinding, workload: Workload): readonly string[] {
  const warnings: string[] = [];
  const { state } = rolloutState(binding.workload.kind, workload);
  if (state === 'waiting') warnings.push('A rollout by somebody else is under way.');
  if (workload.spec.strategy?.type === 'Recreate') {
    warnings.push('Its strategy is Recreate: nothing serves between the old pods and the new ones.');
  }
  const owner = imageOwner(workload.metadata.managedFields, binding.config.container);
  if (owner !== null) {
    warnings.push(
      `${owner} applies this image too (server-side): at its next apply it will put its own back, unless its source says the same.`,
    );
  }
  const image = containerOf(workload.spec.template, binding.config.container)?.image ?? '';
  if (namedDigest(image) === null) {
    warnings.push(
      `What runs now is named by a tag (${namedTag(image) ?? 'latest'}): going back to it runs what the tag names then.`,
    );
  }
  if (binding.checks.length === 0) {
    warnings.push('No checks are configured: only readiness and what the pods run will be verified.');
  }
  return warnings;
}

/** The field manager that applies the image declaratively, such as Argo CD's or Flux's; null for none. */
export function imageOwner(fields: readonly ManagedField[], container: string): string | null {
  const path = ['f:spec', 'f:template', 'f:spec', 'f:containers', `k:{"name":"${container}"}`, 'f:image'];
  const owner = fields.find(
    ({ operation, subresource, fieldsV1 }) =>
      operation === 'Apply' && subresource === '' && fieldsV1 !== undefined && has(fieldsV1, path),
  );
  return owner?.manager ?? null;
}

function has(fields: object, path: readonly string[]): boolean {
  let at: unknown = fields;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return false;
    at = Object.entries(at).find(([name]) => name === key)?.[1];
  }
  return at !== undefined;
}
