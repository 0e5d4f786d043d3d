import { z } from 'zod';
import type { JsonObject } from '../../../../src/domain/json.ts';
import { type StepProgress, TargetError } from '../../../target.ts';
import { workloadText } from '../../history.ts';
import { placeOf } from '../../names.ts';
import { type Workload, workload } from '../../objects.ts';
import { desiredPods } from '../../rollout.ts';
import { changedBehindOurBack, currentWorkload, isOurs, ownMarks } from '../../steps/change-template.ts';
import { begunRollout, followRollout, rolloutHandle } from '../../steps/follow.ts';
import { defineAction, type StepRun } from '../../steps/step.ts';
import { templateHash, withImage } from '../../template.ts';
import { asCanary } from '../canary-split.ts';
import { type CanaryGround, canaryGround } from '../plan-steps.ts';
import { splitOf, trafficOf } from '../split.ts';

/** Which Deployment was made, and how far its rollout was followed. */
const handle = z.object({ uid: z.string(), hash: z.string(), rollout: rolloutHandle });

/** Makes the canary’s Deployment from the workload’s, with the new image and without traffic; follows it. */
export const createCanary = defineAction({
  input: canaryGround,
  handle,
  async start(run, ground) {
    const made = (await findCanary(run)) ?? (await create(run, ground));
    const own = canaryRun(run);
    if (!isOurs(run, made)) throw somebodysCanary(own);
    const hash = templateHash(made.spec.template);
    return withHandle(begunRollout(own, made), made.metadata.uid, hash);
  },
  async resume(run, _ground, { uid, hash, rollout }) {
    return withHandle(await followRollout(canaryRun(run), { uid, hash }, rollout), uid, hash);
  },
});

/** The same step, on the canary’s Deployment. */
export function canaryRun(run: StepRun): StepRun {
  return { ...run, binding: asCanary(run.binding) };
}

export function findCanary(run: StepRun): Promise<Workload | null> {
  return run.binding.api.find(placeOf(canaryRun(run).binding.workload), workload, run.context.signal);
}

/** The workload, which must have the template that the plan found. */
export async function stableAsFound(run: StepRun, { change }: CanaryGround): Promise<Workload> {
  const found = await currentWorkload(run, change.uid);
  if (templateHash(found.spec.template) !== change.found.hash) throw changedBehindOurBack(run, found);
  return found;
}

function withHandle(progress: StepProgress, uid: string, hash: string): StepProgress {
  return progress.phase === 'running'
    ? { ...progress, handle: { uid, hash, rollout: progress.handle } }
    : progress;
}

async function create(run: StepRun, ground: CanaryGround): Promise<Workload> {
  const { binding, context } = run;
  const stable = await stableAsFound(run, ground);
  const split = splitOf(binding);
  const standing = await split.read(ground.found, context.signal);
  if (!standing.at(0) && split.pods(1) > 0) throw changedSplit(run, standing.text, 0);
  const pods = split.pods(desiredPods('deployment', stable));
  const place = placeOf(asCanary(binding).workload);
  return binding.api.create(place, manifestOf(run, { ground, stable, pods }), workload, context.signal);
}

export function changedSplit(run: StepRun, found: string, expected: number): TargetError {
  return new TargetError(
    'conflict',
    `Somebody else changed the traffic: ${found}, and ${expected} % to ${asCanary(run.binding).workload.name} was set. It was left as it is.`,
  );
}

function somebodysCanary({ binding }: StepRun): TargetError {
  return new TargetError(
    'conflict',
    `There is ${workloadText(binding.workload)} already: somebody’s canary.`,
  );
}

function manifestOf(
  run: StepRun,
  of: { readonly ground: CanaryGround; readonly stable: Workload; readonly pods: number },
): JsonObject {
  const { ground, stable, pods } = of;
  const { binding } = run;
  const { labels } = trafficOf(binding);
  const { selector, template, progressDeadlineSeconds } = stable.spec;
  const { source } = ground.change.wanted;
  if (!('image' in source)) throw new Error('a canary has an image');
  const marks = Object.entries(ownMarks(run, ground.change.marks)).filter(([, value]) => value !== null);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: asCanary(binding).workload.name,
      labels: { ...stable.metadata.labels, ...labels },
      annotations: Object.fromEntries(marks),
    },
    spec: {
      replicas: pods,
      selector: {
        matchLabels: { ...selector.matchLabels, ...labels },
        matchExpressions: selector.matchExpressions.map((one) => ({ ...one, values: [...one.values] })),
      },
      ...(progressDeadlineSeconds == null ? {} : { progressDeadlineSeconds }),
      template: labelled(withImage(template, binding.config.container, source.image), labels),
    },
  };
}

const labelledTemplate = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }).prefault({}),
});

function labelled(template: JsonObject, labels: Readonly<Record<string, string>>): JsonObject {
  const { metadata } = labelledTemplate.parse(template);
  const metadataJson: JsonObject = JSON.parse(JSON.stringify(metadata));
  return { ...template, metadata: { ...metadataJson, labels: { ...metadata.labels, ...labels } } };
}
