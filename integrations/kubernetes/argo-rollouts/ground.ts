import { TargetError } from '../../target.ts';
import type { KubernetesBinding } from '../binding.ts';
import { workloadText } from '../history.ts';
import type { Workload } from '../objects.ts';
import type { TemplateChange } from '../plan-steps.ts';
import { stepsOf } from './own-steps.ts';
import { abortText, isPromoted, stableSet } from './state.ts';

/** The steps that a rollout of Slipway’s own stands in for, to be put back at its end; nothing where there are none. */
export function ownSteps(
  { workload: { kind } }: KubernetesBinding,
  workload: Workload,
): Pick<TemplateChange, 'own'> {
  const steps = stepsOf(workload);
  if (kind !== 'rollout' || steps === null || steps.length === 0) return {};
  return { own: { steps, set: stableSet(workload) } };
}

/** Whether a Rollout has given everything to its template; all other workloads have no such question. */
export function hasSettled({ workload: { kind } }: KubernetesBinding, workload: Workload): boolean {
  return kind !== 'rollout' || isPromoted(workload);
}

/** Throws for a Rollout that somebody has under way, or has aborted: its template is not what serves. */
export function ensureSettled(binding: KubernetesBinding, workload: Workload): void {
  if (hasSettled(binding, workload)) return;
  const subject = workloadText(binding.workload);
  throw new TargetError(
    'conflict',
    workload.status.abort
      ? `${subject} does not serve what its template asks for. ${abortText(workload)} Go back to what serves first (/rollback, or kubectl argo rollouts undo).`
      : `Somebody’s update of ${subject} is under way: promote or abort it first (kubectl argo rollouts promote, or abort); /rollback takes it back.`,
  );
}

/** Throws for a Rollout that would never come to an end by itself, whatever its steps are. */
export function ensureSelfGoing(binding: KubernetesBinding, { spec }: Workload): void {
  const { canary, blueGreen } = spec.strategy ?? {};
  const subject = workloadText(binding.workload);
  if (canary?.trafficRouting != null && canary.scaleDownDelaySeconds === 0) {
    throw new TargetError(
      'invalid',
      `${subject} never ends the pods of the template before (scaleDownDelaySeconds is 0), so that nothing would show that all of them run what is deployed. Set it to 1 or more.`,
    );
  }
  if (blueGreen?.autoPromotionEnabled !== false) return;
  throw new TargetError(
    'invalid',
    `${subject} waits to be promoted by hand (autoPromotionEnabled is false): nobody here would do so. Let it promote by itself, or use canaries.`,
  );
}
