import type { OperationOutcome, OperationState } from './operation.ts';

/** Something that happened to an operation, told in its thread. */
export type ThreadLine =
  | { readonly kind: 'approved' | 'withdrawn' | 'rejected'; readonly userId: string }
  /** `approvers` are those who can still decide, as the config names them. */
  | { readonly kind: 'reminder'; readonly approvers: readonly string[]; readonly expiresAt: string }
  | { readonly kind: 'waiting'; readonly why: string }
  | { readonly kind: 'log'; readonly text: string }
  | { readonly kind: 'ended'; readonly state: OperationState; readonly outcome: OperationOutcome };
