import type { Digest } from './artifact.ts';
import type { TargetRef } from './target.ts';

/** Milliseconds that the clocks of machines may differ. */
const CLOCKS_DIFFER = 5 * 60_000;

/** One kept copy of a target's data, as the place that keeps it tells. */
export interface StoredBackup {
  /** What people type. Ours is {@link backupIdOf} its operation; others have the name that their system gave them. */
  readonly id: string;
  /** ISO 8601, the moment that the copy shows. */
  readonly takenAt: string;
  /** Bytes as kept; null where the system does not tell. */
  readonly size: number | null;
  /** Of what is kept; null where the system vouches for it by other means. */
  readonly sha256: Digest | null;
  /** Milliseconds that it took to make; null where nobody knows. */
  readonly duration: number | null;
  /** ISO 8601, where the system itself deletes it. */
  readonly expiresAt: string | null;
  /** Every place that has it, as people know them: “saga-1:/srv/backups”. */
  readonly places: readonly string[];
  readonly state:
    | { readonly is: 'good' }
    | { readonly is: 'under-way' }
    /** Whole, and not where it could be restored from. */
    | { readonly is: 'away'; readonly reason: string }
    | { readonly is: 'bad'; readonly reason: string };
}

/** What restoring a backup into a scratch place showed, newest word on it. */
export interface Verification {
  readonly at: Date;
  readonly passed: boolean;
  /** What was compared, or what differed. */
  readonly how: string;
}

/** A backup with all that is known of it. */
export interface Backup extends StoredBackup {
  readonly target: TargetRef;
  readonly verified: Verification | null;
}

/** What people compare before they approve; a part of plans. */
export type BackupIdentity = Pick<StoredBackup, 'id' | 'takenAt' | 'size' | 'sha256'>;

/** What a plan has to do with backups, beside its steps. */
export interface PlannedBackup {
  /** What is backed up, and where to: “database saga of service postgres on saga-1”. */
  readonly subject: string;
  /** The backup that is restored or verified, or that is young enough for a deploy; null for the one that the operation makes. */
  readonly existing: BackupIdentity | null;
  /** Ids of those that are deleted once the new one is there; absent where none is. */
  readonly deletes?: readonly string[];
}

/** The id of the one backup that an operation makes: `op-3k9x` makes `bk-3k9x`. */
export function backupIdOf(operationId: string): string {
  return `bk-${operationId.replace(/^op-/, '')}`;
}

/** True for a backup that is worth keeping, wherever it is: whole, and not found to be wrong. */
export function isWhole({ state, verified }: Backup): boolean {
  return (state.is === 'good' || state.is === 'away') && verified?.passed !== false;
}

/** True for a backup that one would restore: whole, and not found to be wrong. */
export function isGood(backup: Backup): boolean {
  return backup.state.is === 'good' && backup.verified?.passed !== false;
}

/** True for a backup from the future, by more than clocks differ: the clock where it was made is, or was, wrong. */
export function isAhead({ takenAt }: Pick<Backup, 'takenAt'>, now: Date): boolean {
  return new Date(takenAt).getTime() > now.getTime() + CLOCKS_DIFFER;
}
