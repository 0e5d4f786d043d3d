import type { Workload } from '../objects.ts';
import type { RolloutState } from '../rollout-state.ts';
import { stepsOf } from './own-steps.ts';

/**
 * How a Rollout stands, by what its controller writes into the status (Argo Rollouts, `rolloututil.GetRolloutPhase`),
 * but for one thing: it is done only when the pods of the template before have ended, which a Rollout with a traffic
 * router keeps for a while.
 */
export function argoRolloutState(workload: Workload, earlier: string | null = null): RolloutState {
  const { spec, status } = workload;
  if (spec.paused)
    return { state: 'paused', message: 'somebody has paused it (kubectl argo rollouts pause)' };
  const invalid = status.conditions.find(({ type }) => type === 'InvalidSpec');
  if (invalid !== undefined) return failed(`Its controller refuses it: ${invalid.message}`);
  if (!isObserved(workload)) return waiting('the cluster has not seen the change yet');
  if (status.abort) return failed(abortText(workload));
  if (!isPromoted(workload)) return underWay(workload, earlier);
  const desired = spec.replicas ?? 1;
  if (status.updatedReplicas < desired)
    return waiting(`${status.updatedReplicas} of ${desired} pods are new`);
  if (status.availableReplicas < desired) {
    return waiting(`${status.availableReplicas} of ${desired} new pods are available`);
  }
  const old = status.replicas - status.updatedReplicas;
  if (old > 0) return waiting(`${old} old ${old === 1 ? 'pod has' : 'pods have'} yet to end`);
  return { state: 'done', message: `${status.availableReplicas} of ${desired} pods are new and available` };
}

function underWay({ spec, status }: Workload, earlier: string | null): RolloutState {
  const late = status.conditions.find(
    ({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
  );
  if (late !== undefined && late.lastUpdateTime !== earlier) {
    return failed(
      `It made no progress for ${spec.progressDeadlineSeconds ?? 600} s (its progress deadline).`,
    );
  }
  const [pause] = status.pauseConditions;
  if (pause !== undefined) {
    return { state: 'paused', message: `it stands at ${stepText({ spec, status })} (${pause.reason})` };
  }
  const desired = spec.replicas ?? 1;
  return waiting(
    `${status.updatedReplicas} of ${desired} pods are new, ${status.availableReplicas} pods are available`,
  );
}

/** “its step 2 of 4”. */
function stepText({ spec, status }: Pick<Workload, 'spec' | 'status'>): string {
  const count = stepsOf({ spec })?.length ?? 0;
  return `its step ${(status.currentStepIndex ?? 0) + 1} of ${count}`;
}

/** Who aborted it is not known; why is, when the controller did so itself. */
export function abortText({ status }: Workload): string {
  const progressing = status.conditions.find(({ type }) => type === 'Progressing');
  const told = progressing?.reason === 'RolloutAborted' ? ` (${progressing.message})` : '';
  return `It was aborted${told}.`;
}

/** The controller has seen all that is asked. */
export function isObserved({ metadata, status }: Pick<Workload, 'metadata' | 'status'>): boolean {
  return metadata.generation === status.observedGeneration;
}

/** Everything is given to what its template says, and nothing else is under way. */
export function isPromoted(workload: Workload): boolean {
  const { stableRS, currentPodHash, abort } = workload.status;
  return isObserved(workload) && !abort && stableRS !== '' && stableRS === currentPodHash;
}

/** The ReplicaSet of the template that it is asked to run; null until its controller has seen that. */
export function askedSet(workload: Workload): string | null {
  const { metadata, status } = workload;
  if (status.currentPodHash === '' || !isObserved(workload)) return null;
  return setOf(metadata.name, status.currentPodHash);
}

/** The ReplicaSet that serves whatever becomes of the template. */
export function stableSet({ metadata, status }: Workload): string {
  return setOf(metadata.name, status.stableRS);
}

function setOf(name: string, hash: string): string {
  return `${name}-${hash}`;
}

function waiting(message: string): RolloutState {
  return { state: 'waiting', message };
}

function failed(message: string): RolloutState {
  return { state: 'failed', message };
}
