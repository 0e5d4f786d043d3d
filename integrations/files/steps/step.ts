import { actionsWith } from '../../step-action.ts';
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

export function stepRun(binding: FilesBinding, context: StepContext): StepRun {
  return { binding, context, operation: operationDirectory(binding.config.directory, context.operationId) };
}

export const { defineAction, defineLook } = actionsWith<StepRun>();

export function succeeded(message: string): StepProgress {
  return { phase: 'succeeded', message };
}
