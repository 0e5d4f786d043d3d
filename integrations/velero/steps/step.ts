import type { z } from 'zod';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { TargetProblem } from '../../../src/domain/refusal.ts';
import type { StepContext, StepProgress } from '../../target.ts';
import type { VeleroBinding } from '../binding.ts';

/** One step under way. */
export interface VeleroRun {
  readonly binding: VeleroBinding;
  readonly context: StepContext;
}

/** What a step does. It is followed by looking at the cluster, so that it needs no handle. */
export interface Action {
  start(run: VeleroRun, input: JsonObject): Promise<StepProgress>;
  resume(run: VeleroRun, input: JsonObject): Promise<StepProgress>;
}

const LOOK_AGAIN = 1_000;

export function defineAction<I>(action: {
  readonly input: z.ZodType<I>;
  start(run: VeleroRun, input: I): Promise<StepProgress>;
  resume(run: VeleroRun, input: I): Promise<StepProgress>;
}): Action {
  return {
    start: (run, input) => action.start(run, action.input.parse(input)),
    resume: (run, input) => action.resume(run, action.input.parse(input)),
  };
}

export function running(message: string): StepProgress {
  return { phase: 'running', handle: null, message, lookAgainAfter: LOOK_AGAIN };
}

export function failed(problem: TargetProblem, message: string): StepProgress {
  return { phase: 'failed', problem, message };
}

export function succeeded(message: string): StepProgress {
  return { phase: 'succeeded', message };
}
