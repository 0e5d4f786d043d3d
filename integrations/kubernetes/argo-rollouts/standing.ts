import { TargetError } from '../../target.ts';
import type { KubernetesBinding, Reading } from '../binding.ts';
import { workloadText } from '../history.ts';
import { trafficOf } from '../inspect.ts';
import type { Workload } from '../objects.ts';
import { ensureRunning } from '../reading.ts';
import { changedBehindOurBack, isOurs } from '../steps/change-template.ts';
import type { StepRun } from '../steps/step.ts';
import { templateHash } from '../template.ts';
import { percentOf, stepsOf } from './own-steps.ts';
import type { RolloutGround } from './plan-steps.ts';
import { abortText, isObserved, isPromoted } from './state.ts';

/** What somebody else has done to a canary whose template still is ours; null for nothing. */
export function interference(now: Workload): string | null {
  const { status } = now;
  if (status.abort) return abortText(now);
  const stops = stepsOf(now)?.at(-1)?.pause !== undefined;
  if (!stops || !isObserved(now)) return status.promoteFull ? 'It is being promoted.' : null;
  if (isPromoted(now)) return 'It was promoted.';
  const passed = (status.currentStepIndex ?? 0) >= (stepsOf(now)?.length ?? 0);
  return status.promoteFull || passed ? 'It is being promoted.' : null;
}

/** Throws unless the Rollout stands where this operation has led it; gives the percent that its steps lead to. */
export function ensureLed(run: StepRun, now: Workload, { change }: RolloutGround): number | null {
  if (templateHash(now.spec.template) !== change.wanted.hash || !isOurs(run, now)) {
    throw changedBehindOurBack(run, now);
  }
  ensureRunning(run.binding, now);
  const told = interference(now);
  if (told !== null) throw somebodyElse(run.binding, told);
  return percentOf(stepsOf(now));
}

export function somebodyElse({ workload }: KubernetesBinding, told: string): TargetError {
  return new TargetError(
    'conflict',
    `Somebody else, or its own controller, has decided over the canary of ${workloadText(workload)}: ${told} It was left as it is.`,
  );
}

export function changedSteps({ workload }: KubernetesBinding, now: Workload, expected: number): TargetError {
  const led = percentOf(stepsOf(now));
  const found = led === null ? 'they are no steps of Slipway’s' : `they lead to ${led} %`;
  return new TargetError(
    'conflict',
    `Somebody else has changed the steps of ${workloadText(workload)}: ${found}, and ${expected} % was set. They were left as they are.`,
  );
}

/** “90 % api-5d9c and 10 % api-77b4”. */
export function sharesText(reading: Pick<Reading, 'workload' | 'revisions'>): string {
  const shares = trafficOf(reading).map(({ revision, percent }) => `${percent} % ${revision}`);
  return shares.length === 0 ? '0 % to anything: no pod is ready' : shares.join(' and ');
}
