import { type LiveState, servingRevision } from '../../../src/domain/live-state.ts';
import type { PlannedStep, TargetPlan } from '../../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../../src/domain/refusal.ts';
import { type CanaryObservation, TargetError, type TrafficCapability } from '../../target.ts';
import type { KubernetesBinding, Reading } from '../binding.ts';
import { currentRevision, workloadText } from '../history.ts';
import { planMigration } from '../migration.ts';
import { ANNOTATIONS, placeOf, type WorkloadName } from '../names.ts';
import { type Workload, workload } from '../objects.ts';
import { ensureDeployable, fromEnd, imageChange, provingSteps, warningsOf } from '../plan.ts';
import { readingOf, readWorkload } from '../reading.ts';
import { rolloutState } from '../rollout.ts';
import { templateHash } from '../template.ts';
import { asCanary } from './canary-split.ts';
import {
  type CanaryGround,
  canaryGround,
  createCanaryStep,
  promoteStableStep,
  removeCanaryStep,
  restoreStableStep,
  returnTrafficStep,
  setCanaryWeightStep,
  verifyCanaryStep,
} from './plan-steps.ts';
import { splitOf, trafficOf } from './split.ts';

/** Canaries by a Deployment of their own, NAME-canary, beside the workload. */
export function createTraffic(binding: KubernetesBinding): TrafficCapability {
  const stable = `${binding.workload.kind}/${binding.workload.name}`;
  const name = asCanary(binding).workload.name;
  return {
    reachable: (plan) => splitOf(binding).reachable(groundOf(plan).found),
    planCanary: (request) => planCanary(binding, request),
    weightStep: ({ plan, from, to }) => setCanaryWeightStep(groundOf(plan), from, to),
    promoteSteps(plan, from) {
      const ground = groundOf(plan);
      const { uid, wanted } = ground.change;
      return [
        promoteStableStep(stable, ground, from),
        returnTrafficStep(`Give all traffic back to ${binding.workload.name}`, ground, [from]),
        ...provingSteps(binding, { uid, hash: wanted.hash, digest: ground.digest }),
        removeCanaryStep(name, ground, 'tidies'),
      ];
    },
    abortSteps: (plan, weights) => abortSteps({ plan, weights, stable, name }),
    observe: (request) => observe(binding, request),
  };
}

/** Traffic first, because people wait for that; then what promoting did; then the canary, and the rest. */
function abortSteps(of: {
  readonly plan: TargetPlan;
  readonly weights: readonly number[];
  readonly stable: string;
  readonly name: string;
}): readonly PlannedStep[] {
  const { plan, weights, stable, name } = of;
  const ground = groundOf(plan);
  const others = plan.steps.filter(({ action }) => action !== 'create-canary');
  const undos = others.flatMap((step) => (step.undo === undefined ? [] : [step.undo])).reverse();
  return [
    returnTrafficStep(`Give all traffic back to ${stable}`, ground, weights),
    ...(weights.includes(100) ? [restoreStableStep(stable, ground)] : []),
    removeCanaryStep(name, ground, 'reversible'),
    ...undos,
  ].map((step) => ({ ...step, id: `abort-${step.id}` }));
}

function groundOf(plan: TargetPlan): CanaryGround {
  return canaryGround.parse(plan.steps.find(({ action }) => action === 'create-canary')?.input);
}

async function planCanary(
  binding: KubernetesBinding,
  { live, artifact }: Parameters<TrafficCapability['planCanary']>[0],
): Promise<Outcome<TargetPlan>> {
  const reading = await readingOf(binding, live);
  if (servingRevision(live)?.digest === artifact.digest) {
    return refuse({ code: 'already-serving', target: binding.ref, version: artifact.version });
  }
  const baseline = await ensureGround(binding, reading, live);
  const ground: CanaryGround = {
    version: artifact.version,
    digest: artifact.digest,
    baseline,
    change: imageChange(binding, reading.workload, artifact),
    found: await splitOf(binding).find(),
  };
  const migration = await planMigration(binding, artifact);
  const { canaryUrl } = trafficOf(binding);
  return accept({
    from: fromEnd(live, currentRevision(reading.workload, reading.revisions)),
    to: { version: artifact.version, digest: artifact.digest, revision: null },
    artifact,
    steps: [
      ...migration.steps,
      createCanaryStep(asCanary(binding).workload.name, ground),
      verifyCanaryStep(ground, canaryUrl === undefined ? [] : binding.checks),
    ],
    live: live.fingerprint,
    warnings: [...warningsOf(binding, reading.workload), ...migration.warnings, ...sharing(binding, ground)],
  });
}

/** A canary needs something that has settled to be compared with, and its own name to be free. */
async function ensureGround(
  binding: KubernetesBinding,
  { workload: found, revisions }: Reading,
  live: LiveState,
): Promise<string> {
  ensureDeployable(binding, found);
  const subject = workloadText(binding.workload);
  const current = currentRevision(found, revisions);
  if (current === null || rolloutState(binding.workload.kind, found).state !== 'done') {
    throw new TargetError(
      'conflict',
      `A rollout of ${subject} is under way: a canary needs one that has settled.`,
    );
  }
  if (servingRevision(live)?.name !== current.name) {
    throw new TargetError(
      'conflict',
      `${subject} does not serve what it is asked to. Ask again when it does.`,
    );
  }
  const own = asCanary(binding);
  const standing = await binding.api.find(placeOf(own.workload), workload);
  if (standing === null) return current.name;
  throw new TargetError('conflict', alreadyThere(own.workload, standing));
}

/** One of our own that is left over is told by its operation; what made another is not known. */
function alreadyThere(own: WorkloadName, { metadata }: Workload): string {
  const there = `There is ${workloadText(own)} already`;
  const operation = metadata.annotations[ANNOTATIONS.operation];
  if (operation === undefined) {
    return `${there}: somebody’s canary. Delete it when it is not needed any more.`;
  }
  return `${there}: Slipway’s operation ${operation} has left it. When it takes no traffic any more: kubectl delete ${own.kind} ${own.name} -n ${own.namespace}`;
}

/** What approvers should know of the shares. */
function sharing(binding: KubernetesBinding, { found }: CanaryGround): readonly string[] {
  if (trafficOf(binding).kind !== 'replicas') return [];
  const shares = splitOf(binding).reachable(found).join(', ');
  return [
    `The share is that of the pods: ${shares} % can be had, and an autoscaler that changes their number changes it.`,
  ];
}

async function observe(
  binding: KubernetesBinding,
  { plan, operationId, percent }: Parameters<TrafficCapability['observe']>[0],
): Promise<CanaryObservation> {
  const ground = groundOf(plan);
  const own = asCanary(binding);
  const [standing, stable, canary] = await Promise.all([
    splitOf(binding).read(ground.found, AbortSignal.timeout(20_000)),
    readWorkload(binding),
    binding.api.find(placeOf(own.workload), workload),
  ]);
  const { canaryUrl = null, stableUrl = null } = trafficOf(binding);
  const asPlanned =
    stable.metadata.uid === ground.change.uid &&
    templateHash(stable.spec.template) === ground.change.found.hash;
  const canaryIsOurs = canary?.metadata.annotations[ANNOTATIONS.operation] === operationId;
  const what = [
    standing.text,
    ...(asPlanned ? [] : [`${binding.workload.name} was changed by somebody else`]),
    ...(canaryIsOurs ? [] : [`${own.workload.name} is gone, or somebody else’s`]),
  ];
  return {
    canary: { revision: own.workload.name, url: canaryUrl },
    baseline: { revision: ground.baseline, url: stableUrl },
    ours: asPlanned && canaryIsOurs && standing.at(percent),
    found: what.join('; '),
  };
}
