import type { Severity } from './alert.ts';
import type { CanaryTrouble } from './canary.ts';
import type { OperationOutcome, OperationState } from './operation.ts';

/** Something that happened to an operation, told in its thread. */
export type ThreadLine =
  | { readonly kind: 'approved' | 'withdrawn' | 'rejected'; readonly userId: string }
  /** `approvers` are those who can still decide, as the config names them. */
  | { readonly kind: 'reminder'; readonly approvers: readonly string[]; readonly expiresAt: string }
  | { readonly kind: 'waiting'; readonly why: string }
  | { readonly kind: 'stopping'; readonly userId: string }
  /** A step that could not be stopped goes on. */
  | { readonly kind: 'not-stopped'; readonly step: string; readonly why: string }
  /** A step had ended well when it was to be stopped. */
  | { readonly kind: 'ended-before-stop'; readonly step: string }
  | { readonly kind: 'log'; readonly text: string }
  /** An alert fires for the operation's target. */
  | { readonly kind: 'alert'; readonly severity: Severity; readonly name: string; readonly at: string }
  /** Every commit that is shipped, which the message only sums up. */
  | { readonly kind: 'source' }
  /** Every file that changes, which the message only sums up. */
  | { readonly kind: 'files' }
  /** A canary's share changed; `by` null when it did so by itself. */
  | { readonly kind: 'canary-moved'; readonly percent: number; readonly by: string | null }
  | { readonly kind: 'canary-held'; readonly trouble: CanaryTrouble }
  | { readonly kind: 'canary-going-on' }
  | { readonly kind: 'ended'; readonly state: OperationState; readonly outcome: OperationOutcome };
