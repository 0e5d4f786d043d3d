import type { BackupConfig, RetentionConfig } from '../config/backup.ts';
import { type Backup, isAhead, isGood, isWhole } from '../domain/backup.ts';

/**
 * The backups that need not be kept any longer, oldest first. Of several rules each keeps what it keeps. Only
 * ours are meant: what others made, others delete. Whatever the rules say, the last whole one stays, the last one
 * that was verified, and what is held: an operation wants to restore it.
 */
export function outdatedBackups(request: {
  readonly backups: readonly Backup[];
  readonly rules: RetentionConfig | undefined;
  readonly now: Date;
  /** Ids of backups that are not to be touched. */
  readonly held: readonly string[];
  /** How many whole ones are about to be made before anything is deleted. */
  readonly coming: number;
}): readonly Backup[] {
  const { backups, rules, now, held, coming } = request;
  if (rules === undefined) return [];
  const ours = backups.filter(isOurs).sort(newestFirst);
  // What is made first is the last whole one when it comes to deleting.
  const whole = ours.filter((backup) => isWhole(backup) && !isAhead(backup, now));
  const lastWhole = coming > 0 ? undefined : whole[0];
  const lastVerified = whole.find(({ verified }) => verified !== null);
  return ours
    .filter((backup) => {
      if (backup === lastWhole || backup === lastVerified) return false;
      if (backup.state.is === 'under-way' || held.includes(backup.id)) return false;
      const newer = whole.filter(({ takenAt }) => takenAt > backup.takenAt).length + coming;
      const keptByCount = rules.count !== undefined && newer < rules.count;
      return !keptByCount && !isYoungerThan(backup, rules.age, now);
    })
    .reverse();
}

/** When the rules let go of a backup by its age; null where they do not go by age. */
export function keptUntil(backup: Backup, rules: RetentionConfig | undefined): Date | null {
  if (rules?.age === undefined || !isOurs(backup)) return null;
  return new Date(new Date(backup.takenAt).getTime() + rules.age);
}

/**
 * The newest good backup that makes another one before a deploy unnecessary, for at least `wait` milliseconds
 * more: so long may the approval take. One from the future says nothing of its age.
 */
export function youngEnough(
  backups: readonly Backup[],
  rules: Pick<BackupConfig, 'newerThan'>,
  moment: { readonly now: Date; readonly wait: number },
): Backup | null {
  const newest = backups
    .filter((backup) => isGood(backup) && !isAhead(backup, moment.now))
    .sort(newestFirst)[0];
  if (newest === undefined || rules.newerThan === undefined) return null;
  const then = new Date(moment.now.getTime() + moment.wait);
  return isYoungerThan(newest, rules.newerThan, then) ? newest : null;
}

/** True for what Slipway made. */
function isOurs({ id }: Backup): boolean {
  return id.startsWith('bk-');
}

function isYoungerThan({ takenAt }: Backup, age: number | undefined, now: Date): boolean {
  return age !== undefined && now.getTime() - new Date(takenAt).getTime() < age;
}

function newestFirst(a: Backup, b: Backup): number {
  return b.takenAt.localeCompare(a.takenAt);
}
