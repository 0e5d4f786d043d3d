import type { z } from 'zod';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type { StepContext, StepProgress } from '../../target.ts';
import type { FilesBinding } from '../binding.ts';
import { operationDirectory } from '../records.ts';

/** One step under way: the target, and the operation that it belongs to. */
export interface StepRun {
  readonly binding: FilesBinding;
  readonly context: StepContext;
  /** Where the operation keeps its words on the host. */
  readonly operation: string;
}

/** What an action does, on input and handles as they come back from the database. */
export interface StepAction {
  start(run: StepRun, input: JsonObject): Promise<StepProgress>;
  resume(run: StepRun, input: JsonObject, handle: Json): Promise<StepProgress>;
}

export function stepRun(binding: FilesBinding, context: StepContext): StepRun {
  return { binding, context, operation: operationDirectory(binding.config.directory, context.operationId) };
}

/** Parses what comes back from the database before the action sees it. */
export function defineAction<I>(action: {
  readonly input: z.ZodType<I>;
  start(run: StepRun, input: I): Promise<StepProgress>;
  resume(run: StepRun, input: I, handle: Json): Promise<StepProgress>;
}): StepAction {
  return {
    start: (run, input) => action.start(run, action.input.parse(input)),
    resume: (run, input, handle) => action.resume(run, action.input.parse(input), handle),
  };
}

/** An action that is done when it was begun: doing it again finds that it was done. */
export function defineShortAction<I>(
  input: z.ZodType<I>,
  work: (run: StepRun, input: I) => Promise<StepProgress>,
): StepAction {
  return defineAction({ input, start: work, resume: work });
}

export function succeeded(message: string): StepProgress {
  return { phase: 'succeeded', message };
}
