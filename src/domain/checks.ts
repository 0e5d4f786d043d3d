/** How what the code host runs on a commit stands. Names are those of check runs and of statuses. */
export interface CommitChecks {
  readonly passed: readonly string[];
  /** Still running, or named by the config and not begun. */
  readonly pending: readonly string[];
  readonly failed: readonly string[];
}

/** What the checks of a commit lead to. `none`: nothing was ever run on it, which is not a yes. */
export type ChecksVerdict = 'green' | 'pending' | 'failed' | 'none';

/** Anything that failed is a no, whatever else is still running. */
export function verdictOf({ passed, pending, failed }: CommitChecks): ChecksVerdict {
  if (failed.length > 0) return 'failed';
  if (pending.length > 0) return 'pending';
  return passed.length > 0 ? 'green' : 'none';
}

/** How the gate of an operation stands: what was seen last, or why nothing is known. */
export type GateView =
  | { readonly state: 'read'; readonly checks: CommitChecks }
  | { readonly state: 'unread'; readonly why: string };
