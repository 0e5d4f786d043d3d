import type { Digest } from './artifact.ts';
import type { CanaryExtension, CanaryTrouble, CanaryView } from './canary.ts';
import type { GateView } from './checks.ts';
import type { Plan } from './plan.ts';
import type { Refusal, TargetProblem } from './refusal.ts';
import type { OperationRequest, RequestOptions } from './request.ts';

/**
 * awaiting-approval → running → succeeded | failed | undone | undo-failed,
 * or an end before anything was touched: rejected | expired | cancelled | voided | refused.
 */
export const OPERATION_STATES = [
  'awaiting-approval',
  'running',
  'succeeded',
  'failed',
  'undone',
  'undo-failed',
  'rejected',
  'expired',
  'cancelled',
  'voided',
  'refused',
] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

/** States in which an operation still has something to do. */
export const OPEN_STATES = ['awaiting-approval', 'running'] as const satisfies readonly OperationState[];

/** True while the operation can still change something. */
export function isOpen(state: OperationState): boolean {
  return OPEN_STATES.some((open) => open === state);
}

/** Why an operation ended as it did; the catalogue has the sentence. */
export type OperationOutcome =
  /** The approved artifact serves the approved share and the checks pass; `detail` is the target's sentence. */
  | { readonly code: 'done'; readonly detail: string | null }
  | {
      readonly code: 'step-failed';
      /** The step's title. */
      readonly step: string;
      readonly problem: TargetProblem;
      /** The integration's sentence. */
      readonly detail: string;
      /** Who stopped it; absent where it failed by itself. */
      readonly stoppedBy?: string;
      /** A migration had run: undoing the steps did not undo the data. */
      readonly dataChanged: boolean;
      /** The backup that brings the data back as it was before; absent where there is none, or no need of one. */
      readonly backup?: string;
      /** ISO 8601, where it was there before the operation: what was written since then is not in it. */
      readonly backupTakenAt?: string;
      readonly undo:
        | { readonly result: 'not-needed' | 'done' }
        /** `left`: what somebody else did meanwhile was not touched, and what was found is not there again. */
        | { readonly result: 'failed' | 'left'; readonly step: string; readonly detail: string };
    }
  /**
   * The canary was taken back, and the split that was found is there again; unless `left` says what somebody else
   * did, which was not touched.
   */
  | {
      readonly code: 'canary-aborted';
      readonly by: string | null;
      readonly why: CanaryTrouble | { readonly code: 'asked'; readonly reason: string | null };
      readonly left?: string;
    }
  | { readonly code: 'rejected' | 'cancelled'; readonly by: string }
  /** The canary that was to be extended has ended (`percent` null) or has another share in the meantime. */
  | { readonly code: 'overtaken'; readonly extension: CanaryExtension; readonly percent: number | null }
  /** `pending`: everybody had agreed, and these checks were still running. */
  | { readonly code: 'expired'; readonly pending?: readonly string[] }
  /** The plan is not what was approved any more; `changed` names the members of the plan that differ. */
  | { readonly code: 'voided'; readonly changed: readonly string[] }
  /** Policy said no when it was about to begin. */
  | { readonly code: 'refused'; readonly refusals: readonly Refusal[] }
  /** The bot itself could not go on. */
  | { readonly code: 'fault'; readonly detail: string };

/** One durable piece of work on a target. */
export interface Operation {
  /** Sorts by time: `op_01k…`. */
  readonly id: string;
  readonly request: OperationRequest;
  readonly options: RequestOptions;
  readonly requesterId: string;
  readonly channelId: string;
  /** The thread it belongs to, when it was asked for in one. */
  readonly threadTs: string | null;
  readonly plan: Plan;
  readonly planDigest: Digest;
  readonly state: OperationState;
  /** Null while it is open. */
  readonly outcome: OperationOutcome | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** When an unanswered request for approval is withdrawn. */
  readonly expiresAt: Date | null;
}

export type StepState = 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped';

/** How far one step is. Undo steps have their own records, `undo:` before the step's id. */
export interface StepRecord {
  readonly id: string;
  readonly title: string;
  readonly state: StepState;
  /** The integration's sentence: “waiting for the revision: 1 of 3 instances ready”. */
  readonly message: string | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Whether it is doing something now that a person may stop. */
  readonly stoppable: boolean;
}

/** A person's wish that a running operation stops and takes back what it has begun. */
export interface StopRequest {
  readonly by: string;
  readonly at: Date;
}

/** One person's decision on one plan digest. */
export interface Approval {
  readonly userId: string;
  readonly decision: 'approve' | 'reject';
  readonly planDigest: Digest;
  readonly decidedAt: Date;
  readonly via: 'reaction' | 'button';
}

/** Everything a message about an operation is rendered from. */
export interface OperationView {
  readonly operation: Operation;
  readonly steps: readonly StepRecord[];
  /** Decisions that stand: withdrawn ones are not among them. */
  readonly approvals: readonly Approval[];
  /** Null for every other kind of operation, and before a canary has begun. */
  readonly canary: CanaryView | null;
  /** How the checks of its commit were when they were looked at last; null where none are asked for. */
  readonly gate: GateView | null;
  /** Null while nobody wants it to stop. */
  readonly stop: StopRequest | null;
}

/** True while a person may stop the operation: what it is doing now can be stopped, and nobody asked for it yet. */
export function canBeStopped({ operation, steps, stop }: OperationView): boolean {
  return operation.state === 'running' && stop === null && steps.some((step) => step.stoppable);
}
