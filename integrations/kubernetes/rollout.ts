import { argoRolloutState } from './argo-rollouts/state.ts';
import type { WorkloadKind } from './names.ts';
import type { Workload } from './objects.ts';
import type { RolloutState } from './rollout-state.ts';

const RULES: Readonly<Record<WorkloadKind, (workload: Workload, earlier: string | null) => RolloutState>> = {
  deployment: deploymentState,
  statefulset: statefulSetState,
  daemonset: daemonSetState,
  rollout: argoRolloutState,
};

/** `earlier`: when a rollout before this one exceeded its deadline, as {@link exceededAt} told; null for none. */
export function rolloutState(
  kind: WorkloadKind,
  workload: Workload,
  earlier: string | null = null,
): RolloutState {
  return RULES[kind](workload, earlier);
}

/** When the controller found a Deployment's deadline exceeded, in its words; null when it has not. Of Deployments and Rollouts. */
export function exceededAt({ status }: Workload): string | null {
  const progressing = status.conditions.find(({ type }) => type === 'Progressing');
  return progressing?.reason === 'ProgressDeadlineExceeded' ? progressing.lastUpdateTime : null;
}

/** Milliseconds for which a Deployment may stand still. */
export function progressDeadline({ spec }: Workload): number {
  return (spec.progressDeadlineSeconds ?? 600) * 1_000;
}

/** How many pods there should be. */
export function desiredPods(kind: WorkloadKind, { spec, status }: Workload): number {
  return kind === 'daemonset' ? status.desiredNumberScheduled : (spec.replicas ?? 1);
}

/** What a rollout has reached so far: while this grows, it goes on. */
export function progressOf(kind: WorkloadKind, { status }: Workload): string {
  return kind === 'daemonset'
    ? `${status.updatedNumberScheduled}/${status.numberAvailable}`
    : `${status.updatedReplicas}/${status.availableReplicas}/${status.readyReplicas}/${status.replicas}`;
}

function deploymentState(workload: Workload, earlier: string | null): RolloutState {
  const { metadata, spec, status } = workload;
  if (spec.paused) return { state: 'paused', message: 'somebody has paused it (kubectl rollout pause)' };
  if (metadata.generation > status.observedGeneration) return UNOBSERVED;
  const pods = deploymentPods(workload);
  const exceeded = exceededAt(workload);
  if (pods.state === 'done' || exceeded === null || exceeded === earlier) return pods;
  const seconds = progressDeadline(workload) / 1_000;
  return { state: 'failed', message: `It made no progress for ${seconds} s (its progress deadline).` };
}

function deploymentPods({ spec, status }: Workload): RolloutState {
  const desired = spec.replicas ?? 1;
  if (status.updatedReplicas < desired)
    return waiting(`${status.updatedReplicas} of ${desired} pods are new`);
  const old = status.replicas - status.updatedReplicas;
  if (old > 0) return waiting(`${old} old ${old === 1 ? 'pod has' : 'pods have'} yet to end`);
  if (status.availableReplicas < status.updatedReplicas) {
    return waiting(`${status.availableReplicas} of ${status.updatedReplicas} new pods are available`);
  }
  return { state: 'done', message: `${status.availableReplicas} of ${desired} pods are new and available` };
}

function statefulSetState({ metadata, spec, status }: Workload): RolloutState {
  if (status.observedGeneration === 0 || metadata.generation > status.observedGeneration) return UNOBSERVED;
  const desired = spec.replicas ?? 1;
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const wanted = Math.max(desired - partition, 0);
  // While a rollout is complete, the controller forgets how many pods it updated.
  const complete = status.updateRevision === status.currentRevision;
  if (!complete && status.updatedReplicas < wanted) {
    return waiting(`${status.updatedReplicas} of ${wanted} pods are new`);
  }
  if (status.readyReplicas < desired) return waiting(`${status.readyReplicas} of ${desired} pods are ready`);
  if (!complete && partition === 0) return waiting(`${status.updatedReplicas} of ${desired} pods are new`);
  return { state: 'done', message: `${status.readyReplicas} of ${desired} pods are new and ready` };
}

function daemonSetState({ metadata, status }: Workload): RolloutState {
  if (metadata.generation > status.observedGeneration) return UNOBSERVED;
  const { desiredNumberScheduled: desired, updatedNumberScheduled: updated, numberAvailable } = status;
  if (updated < desired) return waiting(`${updated} of ${desired} pods are new`);
  if (numberAvailable < desired) return waiting(`${numberAvailable} of ${desired} new pods are available`);
  return { state: 'done', message: `${numberAvailable} of ${desired} pods are new and available` };
}

function waiting(message: string): RolloutState {
  return { state: 'waiting', message };
}

const UNOBSERVED = waiting('the cluster has not seen the change yet');
