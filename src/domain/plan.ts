import { createHash } from 'node:crypto';
import type { Artifact, Digest } from './artifact.ts';
import type { PlannedBackup } from './backup.ts';
import type { CanaryExtension, CanaryTerms } from './canary.ts';
import type { FileChanges } from './file-changes.ts';
import { canonicalJson, type Json, type JsonObject } from './json.ts';
import type { SourceAuthor, SourceChange } from './source-change.ts';
import type { TargetRef } from './target.ts';

/** The kinds of durable work on a target. */
export const OPERATION_KINDS = [
  'deploy',
  'rollback',
  'canary',
  /** Going farther with a running canary than was approved. */
  'canary-extension',
  'backup',
  'verification',
  'restore',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/**
 * What a step leaves behind if it is begun and then not wanted. A step that only tidies comes after the work is
 * done and proven: its failure is told, and takes nothing back.
 */
export type StepEffect = 'reads' | 'reversible' | 'changes-data' | 'tidies';

/**
 * One idempotent, resumable action in a plan. `action` and `input` mean something only to the
 * integration that planned it; the workflow hands them back untouched.
 */
export interface PlannedStep {
  /** Unique in its plan and stable between plans: `shift-traffic`. */
  readonly id: string;
  /** What people read: “Move all traffic to v1.2.0”. */
  readonly title: string;
  readonly action: string;
  readonly input: JsonObject;
  readonly effect: StepEffect;
  /** Milliseconds from its start until the step has failed. */
  readonly timeLimit: number;
  /** What takes the step back; run in reverse order over every step that was begun. */
  readonly undo?: Omit<PlannedStep, 'undo'>;
}

/** One end of a change, as people compare it. */
export interface PlanEnd {
  readonly version: string | null;
  readonly digest: Digest | null;
  readonly revision: string | null;
}

/** Who must agree before the plan may run. */
export interface ApprovalRule {
  /** Number of distinct people; 0 means that nobody is asked. */
  readonly required: number;
  /** Names of the roles whose members may approve. */
  readonly approvers: readonly string[];
  /** Milliseconds until the question is withdrawn. */
  readonly expires: number;
  /** Present where authors may not approve. */
  readonly barred?: BarredAuthors;
}

/** The authors of what is shipped, as far as anybody can tell who they are in Slack. */
export interface BarredAuthors {
  /** Slack user IDs; their approvals do not count. */
  readonly userIds: readonly string[];
  /**
   * Authors whom nobody can place. Each of them could be one of the approvers, so that each takes one more
   * approval, which {@link ApprovalRule.required} has in it already.
   */
  readonly unplaced: readonly SourceAuthor[];
  /** True where not all authors could be listed; that takes one more approval as well. */
  readonly incomplete: boolean;
  /**
   * Commits whose author is not proven: neither signed nor brought by a pull request that was merged. Whoever forged
   * one could be an approver, and takes one more approval. Absent where there are none.
   */
  readonly unproven?: number;
}

/** What an integration plans: everything but the policy. */
export interface TargetPlan {
  /** Null when nothing serves yet. */
  readonly from: PlanEnd | null;
  readonly to: PlanEnd;
  /** Null when the operation does not bring a new artifact. */
  readonly artifact: Artifact | null;
  readonly steps: readonly PlannedStep[];
  /** {@link LiveState.fingerprint} that the plan was computed from. */
  readonly live: string;
  /** What approvers should know: “v1.1.0 is already serving”, “data will change”. */
  readonly warnings: readonly string[];
  /** The one part of the target that is changed, where it is not the whole: `to` is that part's. */
  readonly part?: string;
  /** Only for targets that are trees of files. */
  readonly files?: FileChanges;
  /** For whatever makes, checks or restores a backup, and for a deploy that comes after one. */
  readonly backup?: PlannedBackup;
}

/** What an operation would do, computed before anyone is asked. Approvals bind to its {@link planDigest}. */
export interface Plan extends TargetPlan {
  readonly kind: OperationKind;
  readonly target: TargetRef;
  /** The target's name in its own system, unique in the world. */
  readonly identity: string;
  readonly approval: ApprovalRule;
  /** Only for canaries. */
  readonly canary?: CanaryTerms;
  /** Only for extensions of canaries. */
  readonly extension?: CanaryExtension;
  /** What is shipped, where the service has a repository. */
  readonly source?: SourceChange;
  /** What must be green on its commit before it begins: everything that runs on it, or these checks. */
  readonly checks?: 'required' | readonly string[];
}

/** The SHA-256 of everything in the plan that an approver relied on. */
export function planDigest(plan: Plan): Digest {
  return `sha256:${createHash('sha256')
    .update(canonicalJson(asJson(plan)))
    .digest('hex')}`;
}

/** The members of two plans that differ, in the words of the plan: `from`, `to`, `steps`, `approval`… */
export function planDifferences(approved: Plan, current: Plan): readonly string[] {
  const before: JsonObject = asJson(approved);
  const after: JsonObject = asJson(current);
  return Object.keys({ ...before, ...after }).filter(
    (key) => canonicalJson(before[key] ?? null) !== canonicalJson(after[key] ?? null),
  );
}

function asJson(plan: Plan): JsonObject {
  const parsed: { [key: string]: Json } = JSON.parse(JSON.stringify(plan));
  return parsed;
}
