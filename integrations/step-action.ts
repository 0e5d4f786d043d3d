import { z } from 'zod';
import type { Json, JsonObject } from '../src/domain/json.ts';
import type { PlannedStep } from '../src/domain/plan.ts';
import { type DeployTarget, type StepContext, type StepProgress, TargetError } from './target.ts';

/** What an action does, on input and handles as they come back from the database. `R` is what it works with. */
export interface StepAction<R> {
  start(run: R, input: JsonObject): Promise<StepProgress>;
  resume(run: R, input: JsonObject, handle: Json): Promise<StepProgress>;
}

/** Handles of actions that read them themselves, or need none. */
export const anyHandle = z.json();

/** Makes the functions that define actions which work with `R`: what was stored is parsed before they see it. */
export function actionsWith<R>() {
  function defineAction<I, H>(action: {
    readonly input: z.ZodType<I>;
    readonly handle: z.ZodType<H>;
    start(run: R, input: I): Promise<StepProgress>;
    resume(run: R, input: I, handle: H): Promise<StepProgress>;
  }): StepAction<R> {
    return {
      start: (run, input) => action.start(run, action.input.parse(input)),
      resume: (run, input, handle) =>
        action.resume(run, action.input.parse(input), action.handle.parse(handle)),
    };
  }
  /** An action that is begun and followed in the same way: doing it again finds what was done. */
  function defineLook<I>(
    input: z.ZodType<I>,
    work: (run: R, input: I) => Promise<StepProgress>,
  ): StepAction<R> {
    return defineAction({ input, handle: anyHandle, start: work, resume: work });
  }
  return { defineAction, defineLook };
}

/** The action of a step by its name. Throws a {@link TargetError} `invalid` for one that this version does not know. */
export function actionOf<R>(
  actions: Readonly<Record<string, StepAction<R>>>,
  { action: name }: PlannedStep,
): StepAction<R> {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action !== undefined) return action;
  throw new TargetError('invalid', `This version of Slipway does not know the step ${name}.`);
}

/** Runs the steps of a plan by their actions; `begin` makes what they work with. */
export function runsBy<R>(
  actions: Readonly<Record<string, StepAction<R>>>,
  begin: (step: PlannedStep, context: StepContext) => R,
): Pick<DeployTarget, 'start' | 'resume'> {
  const beginUnlessStopped = (step: PlannedStep, context: StepContext) => {
    context.signal.throwIfAborted();
    return begin(step, context);
  };
  return {
    start: async (step, context) =>
      actionOf(actions, step).start(beginUnlessStopped(step, context), step.input),
    resume: async (step, handle, context) =>
      actionOf(actions, step).resume(beginUnlessStopped(step, context), step.input, handle),
  };
}
