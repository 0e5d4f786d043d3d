import { prose } from '../mrkdwn.ts';
import type { BackupWords } from './words.ts';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** What is said of backups, in English. */
export const backup: BackupWords = {
  new: 'a new backup',
  of: (whichText, subject) => `${whichText}\n${prose(subject)}`,
  taken: (whenText) => `taken ${whenText}`,
  size,
  youngEnough: (backupText) => `Data is backed up already: ${backupText}`,
};

/** Bytes as people say them: “1.2 GB”. */
export function size(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const count = bytes / 1_000 ** unit;
  return `${unit === 0 || count >= 100 ? Math.round(count) : count.toFixed(1)} ${UNITS[unit] ?? ''}`;
}
