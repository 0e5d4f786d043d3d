import { servingRevision } from '../../../src/domain/live-state.ts';
import type { TargetPlan } from '../../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../../src/domain/refusal.ts';
import { type CanaryObservation, TargetError, type TrafficCapability } from '../../target.ts';
import type { KubernetesBinding, Reading } from '../binding.ts';
import { currentRevision, type KeptRevision, workloadText } from '../history.ts';
import { planMigration } from '../migration.ts';
import { ANNOTATIONS } from '../names.ts';
import type { Workload } from '../objects.ts';
import { ensureDeployable, fromEnd, imageChange, provingSteps, warningsOf } from '../plan.ts';
import { giveBackStepsStep } from '../plan-steps.ts';
import { readAll } from '../reading.ts';
import { rolloutState } from '../rollout.ts';
import { templateHash } from '../template.ts';
import { ensureSettled } from './ground.ts';
import { percentOf, stepsOf } from './own-steps.ts';
import {
  abortStep,
  beginStep,
  promoteStep,
  type RolloutGround,
  rolloutGround,
  verifyStep,
  weightStep,
} from './plan-steps.ts';
import { reachable, roomOf } from './shares.ts';
import { interference, sharesText } from './standing.ts';

/** Canaries of a Rollout: Slipway gives it the steps, its controller walks them. */
export function createRolloutTraffic(binding: KubernetesBinding): TrafficCapability {
  const name = `${binding.workload.kind}/${binding.workload.name}`;
  return {
    reachable: (plan) => reachable(groundOf(plan).room),
    planCanary: (request) => planCanary(binding, request),
    weightStep: ({ plan, from, to }) => weightStep(groundOf(plan), from, to),
    promoteSteps(plan, from) {
      const ground = groundOf(plan);
      const { uid, wanted } = ground.change;
      return [
        promoteStep(name, ground, from),
        ...provingSteps(binding, { uid, hash: wanted.hash, digest: ground.digest }),
        giveBackStepsStep(ground.change, 'wanted', 'tidies'),
      ];
    },
    abortSteps(plan, weights) {
      const ground = groundOf(plan);
      const others = plan.steps.filter(({ action }) => action !== 'begin-rollout-canary');
      return [
        abortStep(`Give everything back to what ${name} had`, ground, weights),
        // Until it is promoted, giving the template back gives the steps back with it.
        ...(weights.includes(100) ? [giveBackStepsStep(ground.change, 'found', 'reversible')] : []),
        ...others.flatMap(({ undo }) => (undo === undefined ? [] : [undo])).reverse(),
      ].map((step) => ({ ...step, id: `abort-${step.id}` }));
    },
    observe: (request) => observe(binding, request),
  };
}

function groundOf(plan: TargetPlan): RolloutGround {
  return rolloutGround.parse(plan.steps.find(({ action }) => action === 'begin-rollout-canary')?.input);
}

async function planCanary(
  binding: KubernetesBinding,
  { live, artifact }: Parameters<TrafficCapability['planCanary']>[0],
): Promise<Outcome<TargetPlan>> {
  const reading = await readAll(binding);
  const { workload } = reading;
  if (servingRevision(live)?.digest === artifact.digest) {
    return refuse({ code: 'already-serving', target: binding.ref, version: artifact.version });
  }
  ensureStandable(binding, workload);
  const baseline = servingSet(binding, reading, servingRevision(live)?.name ?? null);
  const ground: RolloutGround = {
    version: artifact.version,
    digest: artifact.digest,
    baseline: baseline.name,
    change: {
      ...imageChange(binding, workload, artifact),
      own: { steps: stepsOf(workload), set: baseline.name },
    },
    room: roomOf(workload),
  };
  ensureNotSkipped(binding, reading, ground);
  const migration = await planMigration(binding, artifact);
  const checks = binding.config.traffic?.canaryUrl === undefined ? [] : binding.checks;
  return accept({
    from: fromEnd(live, baseline),
    to: { version: artifact.version, digest: artifact.digest, revision: null },
    artifact,
    steps: [...migration.steps, beginStep(ground), verifyStep(ground, checks)],
    live: live.fingerprint,
    warnings: [...warningsOf(binding, workload), ...migration.warnings, ...sharing(ground, workload)],
  });
}

/** A canary needs a Rollout of canaries that has settled, whose weights are percents. */
function ensureStandable(binding: KubernetesBinding, workload: Workload): void {
  ensureDeployable(binding, workload);
  ensureSettled(binding, workload);
  const subject = workloadText(binding.workload);
  const { strategy } = workload.spec;
  if (strategy?.canary == null) {
    throw new TargetError(
      'invalid',
      `The strategy of ${subject} is blue-green: it has no shares. Use /deploy, or give it the strategy canary.`,
    );
  }
  const most = strategy.canary.trafficRouting?.maxTrafficWeight ?? 100;
  if (most !== 100) {
    throw new TargetError(
      'invalid',
      `The weights of ${subject} are parts of ${most} (maxTrafficWeight), and shares are percents. Set it to 100 first.`,
    );
  }
}

function servingSet(
  binding: KubernetesBinding,
  { workload, revisions }: Reading,
  serving: string | null,
): KeptRevision {
  const current = currentRevision(workload, revisions);
  if (current === null || rolloutState(binding.workload.kind, workload).state !== 'done') {
    throw new TargetError(
      'conflict',
      `A rollout of ${workloadText(binding.workload)} is under way: a canary needs one that has settled.`,
    );
  }
  if (serving === current.name) return current;
  throw new TargetError(
    'conflict',
    `${workloadText(binding.workload)} does not serve what it is asked to. Ask again when it does.`,
  );
}

/** Within its rollbackWindow, a Rollout goes back to a template that it has kept without a step. */
function ensureNotSkipped(
  binding: KubernetesBinding,
  { workload, revisions }: Reading,
  { change, version }: RolloutGround,
): void {
  if (workload.spec.rollbackWindow == null) return;
  if (!revisions.some(({ hash }) => hash === change.wanted.hash)) return;
  throw new TargetError(
    'invalid',
    `${workloadText(binding.workload)} has kept ${version}, and skips all steps on the way back to it (rollbackWindow). Use /rollback.`,
  );
}

/** What approvers should know of the shares, and of what else decides over the canary. */
function sharing({ room }: RolloutGround, { spec }: Workload): readonly string[] {
  const shares = reachable(room).join(', ') || 'none';
  return [
    ...(room.routed
      ? []
      : [
          `The share is that of the pods: ${shares} % can be had, and an autoscaler that changes their number changes it.`,
        ]),
    ...(spec.strategy?.canary?.analysis == null
      ? []
      : ['The Rollout’s own analysis runs meanwhile, and may abort the canary.']),
  ];
}

async function observe(
  binding: KubernetesBinding,
  { plan, operationId, percent }: Parameters<TrafficCapability['observe']>[0],
): Promise<CanaryObservation> {
  const { change, baseline } = groundOf(plan);
  const reading = await readAll(binding);
  const { workload, revisions } = reading;
  const { canaryUrl = null, stableUrl = null } = binding.config.traffic ?? {};
  const asLed =
    workload.metadata.uid === change.uid &&
    templateHash(workload.spec.template) === change.wanted.hash &&
    workload.metadata.annotations[ANNOTATIONS.operation] === operationId;
  const told = asLed ? interference(workload) : null;
  const stepsAreOurs = percentOf(stepsOf(workload)) === percent;
  const what = [
    sharesText(reading),
    ...(asLed ? [] : ['the template was changed by somebody else']),
    ...(told === null ? [] : [told]),
    ...(asLed && !stepsAreOurs ? ['its steps were changed by somebody else'] : []),
    ...(workload.spec.paused ? ['somebody has paused it'] : []),
  ];
  return {
    canary: { revision: currentRevision(workload, revisions)?.name ?? 'the canary', url: canaryUrl },
    baseline: { revision: baseline, url: stableUrl },
    ours: asLed && told === null && stepsAreOurs && !workload.spec.paused,
    found: what.join('; '),
  };
}
