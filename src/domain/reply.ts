import type { AlertGroupView, FiringAlert } from './alert.ts';
import type { Backup } from './backup.ts';
import type { CanaryInstruction } from './canary.ts';
import type { LiveState } from './live-state.ts';
import type { Lock, LockScope } from './lock.ts';
import type { Operation, OperationView } from './operation.ts';
import type { Plan } from './plan.ts';
import type { Refusal, TargetProblem } from './refusal.ts';
import type { TargetRef } from './target.ts';

/** What is known of the backups of one target. */
export interface TargetBackups {
  readonly target: TargetRef;
  /** What is backed up, and where to. */
  readonly subject: string;
  /** What retention keeps; age in milliseconds. Null where it does not go by that. */
  readonly keeps: { readonly count: number | null; readonly age: number | null };
  /** Newest first, or why they are not known. */
  readonly found:
    | { readonly known: true; readonly backups: readonly Backup[] }
    | { readonly known: false; readonly detail: string };
}

/** What became of the backups of a target within a week. */
export interface BackupWeek {
  readonly target: TargetRef;
  readonly made: number;
  readonly failed: number;
  /** Null where it has none any more. */
  readonly backups: TargetBackups | null;
}

/** What `/status` knows of one target. */
export interface TargetStatus {
  readonly target: TargetRef;
  /** What it is really doing, or why that is not known. */
  readonly live:
    | { readonly known: true; readonly state: LiveState }
    | { readonly known: false; readonly problem: TargetProblem; readonly detail: string };
  readonly last: Operation | null;
  readonly open: readonly OperationView[];
  readonly locks: readonly Lock[];
  /** What fires for it, worst first. */
  readonly alerts: readonly FiringAlert[];
  /** Null where it has no backups. */
  readonly backups: TargetBackups | null;
}

/** Something that keeps a target from being changed, and who can clear it. */
export interface Blocker {
  readonly refusal: Refusal;
  /** People and groups, as the config names them. */
  readonly clearedBy: readonly string[];
}

/** An answer for one person's eyes, as a value; words and layout are added when it is rendered. */
export type Reply =
  | { readonly kind: 'refusal'; readonly refusals: readonly Refusal[] }
  /** The command to explain; null for all there are. */
  | { readonly kind: 'help'; readonly command: string | null }
  | { readonly kind: 'dry-run'; readonly plans: readonly Plan[] }
  | { readonly kind: 'history'; readonly service: string | null; readonly operations: readonly Operation[] }
  | { readonly kind: 'locked'; readonly lock: Lock }
  | { readonly kind: 'unlocked'; readonly scope: LockScope }
  | { readonly kind: 'status'; readonly targets: readonly TargetStatus[] }
  /** Groups in which something fires, worst first; `more` are not among them. */
  | { readonly kind: 'incidents'; readonly groups: readonly AlertGroupView[]; readonly more: number }
  | { readonly kind: 'why'; readonly target: TargetRef; readonly blockers: readonly Blocker[] }
  | { readonly kind: 'backups'; readonly targets: readonly TargetBackups[] }
  | { readonly kind: 'canaries'; readonly operations: readonly OperationView[] }
  /** A canary was told what to do; its message shows it doing so. */
  | { readonly kind: 'instructed'; readonly target: TargetRef; readonly instruction: CanaryInstruction }
  /** Work that takes longer than a second has begun. */
  | { readonly kind: 'looking-up' }
  /** It is stored, and waits for the database. */
  | { readonly kind: 'kept' };
