import { z } from 'zod';
import { actionsWith } from '../../step-action.ts';
import type { StepContext } from '../../target.ts';
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

export function stepRun(binding: CloudRunBinding, context: StepContext): StepRun {
  return {
    binding,
    context,
    ownRevision: revisionName(binding.config.service, context.operationId),
    ownTag: revisionTag(context.operationId),
    ownBaselineTag: baselineTag(context.operationId),
  };
}

export const { defineAction, defineLook } = actionsWith<StepRun>();

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
