import type { TargetProblem } from '../../../src/domain/refusal.ts';
import { actionsWith } from '../../step-action.ts';
import type { StepContext, StepProgress } from '../../target.ts';
import type { VeleroBinding } from '../binding.ts';

/** One step under way. */
export interface VeleroRun {
  readonly binding: VeleroBinding;
  readonly context: StepContext;
}

const LOOK_AGAIN = 1_000;

/** Steps are followed by looking at the cluster: they need no handle. */
export const { defineAction, defineLook } = actionsWith<VeleroRun>();

export function running(message: string): StepProgress {
  return { phase: 'running', handle: null, message, lookAgainAfter: LOOK_AGAIN };
}

export function failed(problem: TargetProblem, message: string): StepProgress {
  return { phase: 'failed', problem, message };
}

export function succeeded(message: string): StepProgress {
  return { phase: 'succeeded', message };
}
