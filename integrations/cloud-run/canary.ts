import { z } from 'zod';
import { isDigest } from '../../src/domain/artifact.ts';
import type { PlannedStep, TargetPlan } from '../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../src/domain/refusal.ts';
import { type CanaryObservation, TargetError, type TrafficCapability } from '../target.ts';
import type { CloudRunBinding } from './binding.ts';
import { baselineOf, type CanaryGround, highestWeight, isAtWeight, namedShares } from './canary-split.ts';
import { baselineTag, revisionName, revisionTag } from './names.ts';
import { endOf, planPreparation, serviceAsSeen } from './plan.ts';
import {
  createCanaryStep,
  restoreCanaryStep,
  setWeightStep,
  tidyStep,
  verifyServingStep,
  watchServingStep,
} from './plan-steps.ts';
import { readService, type ServiceReading } from './reading.ts';
import { canaryGround } from './steps/step.ts';
import { describeShares, sameShares, sharesOf } from './traffic.ts';

/** Canaries by the traffic list of a Cloud Run service. */
export function createTraffic(binding: CloudRunBinding): TrafficCapability {
  return {
    reachable: (plan) => percentsUpTo(highestWeight(canaryOf(plan))),
    planCanary: (request) => planCanary(binding, request),
    weightStep({ plan, from, to }) {
      const ground = canaryOf(plan);
      return setWeightStep({ title: `Give ${to} % of the traffic to ${ground.version}`, ground, from, to });
    },
    promoteSteps: (plan, from) => promoteSteps(binding, plan, from),
    abortSteps,
    observe: (request) => observe(binding, request),
  };
}

/** What a plan says of its canary, in the input of the step that makes it. */
const planned = canaryGround.extend({ version: z.string(), digest: z.string().refine(isDigest) });

function canaryOf(plan: TargetPlan) {
  return planned.parse(plan.steps.find((step) => step.action === 'create-revision')?.input);
}

function percentsUpTo(highest: number): readonly number[] {
  return Array.from({ length: Math.max(0, highest) }, (_, at) => at + 1);
}

async function planCanary(
  binding: CloudRunBinding,
  { live, artifact }: Parameters<TrafficCapability['planCanary']>[0],
): Promise<Outcome<TargetPlan>> {
  const service = await serviceAsSeen(binding, live);
  const ground = groundFor(binding, service);
  const baseline = live.revisions.find((one) => one.name === ground.baseline) ?? null;
  if (baseline?.digest === artifact.digest) {
    return refuse({ code: 'already-serving', target: binding.ref, version: artifact.version });
  }
  const { steps, warnings } = await planPreparation(binding, { live, artifact, service });
  return accept({
    from: endOf(baseline),
    to: { version: artifact.version, digest: artifact.digest, revision: null },
    artifact,
    steps: [createCanaryStep(artifact, ground), ...steps],
    live: live.fingerprint,
    warnings: [...splitWarning(service, ground), ...warnings, ...dataWarning(steps)],
  });
}

/** What the canary stands on. Where traffic is still on its way, or nothing serves, it cannot stand. */
function groundFor(binding: CloudRunBinding, service: ServiceReading): CanaryGround {
  const { entries, latestCreated, served } = service;
  const name = binding.config.service;
  const baseline = baselineOf(served);
  if (baseline === null) {
    throw new TargetError('invalid', `Nothing serves in ${name} that a canary could be compared with.`);
  }
  const asked = sharesOf(entries);
  const is = sharesOf(served);
  if (!sameShares(asked, is)) {
    throw new TargetError(
      'conflict',
      `The traffic of ${name} is to be ${describeShares(asked)} but is ${describeShares(is)}: a canary needs a split that has settled. Ask again when it has.`,
    );
  }
  const ground = { found: { entries, latestCreated }, baseline };
  if (highestWeight(ground) >= 1) return ground;
  throw new TargetError(
    'invalid',
    `${baseline} serves only ${is[baseline] ?? 0} %: there is nothing that a canary could take from it. Traffic is ${describeShares(is)}.`,
  );
}

function splitWarning(service: ServiceReading, ground: CanaryGround): readonly string[] {
  const shares = sharesOf(service.served);
  if (Object.keys(shares).length <= 1) return [];
  const highest = highestWeight(ground);
  return [
    `Traffic is split now: ${describeShares(shares)}. The canary takes from ${ground.baseline} alone, ${highest} % at most; promoting it moves all.`,
  ];
}

function dataWarning(steps: readonly PlannedStep[]): readonly string[] {
  if (!steps.some((step) => step.effect === 'changes-data')) return [];
  return ['Both versions work on the changed data while the canary runs, and the old one after an abort.'];
}

function promoteSteps(binding: CloudRunBinding, plan: TargetPlan, from: number): readonly PlannedStep[] {
  const ground = canaryOf(plan);
  const { version, digest } = ground;
  const { checks, watch } = binding;
  return [
    setWeightStep({ title: `Move all traffic to ${version}`, ground, from, to: 100 }),
    verifyServingStep(null, digest, checks),
    ...(watch > 0 ? [watchServingStep(digest, checks, watch)] : []),
    tidyStep('Take the tags away'),
  ];
}

/** Traffic first, because people wait for that; then the rest that preparing did, last first. */
function abortSteps(plan: TargetPlan, weights: readonly number[]): readonly PlannedStep[] {
  const others = plan.steps.filter((step) => step.action !== 'create-revision');
  const undos = others.flatMap((step) => (step.undo === undefined ? [] : [step.undo])).reverse();
  const restore = restoreCanaryStep(canaryOf(plan), weights);
  return [restore, ...undos].map((step) => ({ ...step, id: `abort-${step.id}` }));
}

async function observe(
  binding: CloudRunBinding,
  { plan, operationId, percent }: Parameters<TrafficCapability['observe']>[0],
): Promise<CanaryObservation> {
  const ground = canaryOf(plan);
  const canary = revisionName(binding.config.service, operationId);
  const { entries, served } = readService(await binding.api.getService(binding.names.service));
  const side = (revision: string, tag: string) => ({
    revision,
    url: served.find((entry) => entry.tag === tag && entry.revision === revision)?.url ?? null,
  });
  return {
    canary: side(canary, revisionTag(operationId)),
    baseline: side(ground.baseline, baselineTag(operationId)),
    ours: isAtWeight({ ground, canary, entries, percent }),
    found: describeShares(namedShares(entries)),
  };
}
