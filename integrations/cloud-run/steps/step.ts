import { z } from 'zod';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type { StepContext, StepProgress } from '../../target.ts';
import type { CloudRunBinding } from '../binding.ts';
import type { CanaryNames } from '../canary-split.ts';
import { baselineTag, revisionName, revisionTag } from '../names.ts';

/** One step under way: the target, and the operation that it belongs to. */
export interface StepRun {
  readonly binding: CloudRunBinding;
  readonly context: StepContext;
  /** The revision and the tag that this operation makes, or would make. */
  readonly ownRevision: string;
  readonly ownTag: string;
  /** The tag that this operation sets on the baseline of its canary, if it is one. */
  readonly ownBaselineTag: string;
}

/** What an action does, on input and handles as they come back from the database. */
export interface StepAction {
  start(run: StepRun, input: JsonObject): Promise<StepProgress>;
  resume(run: StepRun, input: JsonObject, handle: Json): Promise<StepProgress>;
}

export function stepRun(binding: CloudRunBinding, context: StepContext): StepRun {
  return {
    binding,
    context,
    ownRevision: revisionName(binding.config.service, context.operationId),
    ownTag: revisionTag(context.operationId),
    ownBaselineTag: baselineTag(context.operationId),
  };
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

/** The handle of a step that waits for a long-running operation; null when none was needed. */
export const operationHandle = z.object({ operation: z.string().nullable() });
export type OperationHandle = z.output<typeof operationHandle>;

const trafficEntry = z.object({
  latest: z.boolean(),
  revision: z.string(),
  percent: z.number(),
  tag: z.string().nullable(),
});

/** The split that the plan found. */
export const foundSplit = z.object({ entries: z.array(trafficEntry), latestCreated: z.string() });

/** What a canary stands on. */
export const canaryGround = z.object({ found: foundSplit, baseline: z.string() });

/** The names of a canary, from those of its operation. */
export function canaryNames(run: StepRun): CanaryNames {
  return { revision: run.ownRevision, tag: run.ownTag, baselineTag: run.ownBaselineTag };
}

/** A revision by name; null for the one that the operation itself makes. */
export const revisionChoice = z.string().nullable();
