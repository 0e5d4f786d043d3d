import { shortDigest } from '../../domain/artifact.ts';
import type { BackupIdentity } from '../../domain/backup.ts';
import type { Plan, PlanEnd } from '../../domain/plan.ts';
import { code, moment, prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';

/** What a change is told from. */
type Change = Pick<Plan, 'kind' | 'from' | 'to' | 'backup'>;

/** From → to, with digests, or which backup: what people compare before they approve. */
export function changeText(plan: Change, words: Words): string {
  if (isAboutBackup(plan)) return backupText(plan, words);
  const change = `${endText(plan.from, words)}  →  ${endText(plan.to, words)}`;
  const existing = plan.backup?.existing ?? null;
  return existing === null ? change : `${change}\n${words.backup.youngEnough(identityText(existing, words))}`;
}

/** What it ends in, by its shortest name: “`v1.1.0`”. */
export function versionText(plan: Change, words: Words): string {
  return isAboutBackup(plan) ? backupName(plan, words, code) : code(endName(plan.to));
}

/** From → to in plain words: “v1.0.0 → v1.1.0”. */
export function changeLine(plan: Change, words: Words): string {
  if (isAboutBackup(plan)) return backupName(plan, words, prose);
  const from = plan.from === null ? words.operation.nothing : endName(plan.from);
  return `${prose(from, 80)} → ${prose(endName(plan.to), 80)}`;
}

function isAboutBackup({ kind }: Change): boolean {
  return kind === 'backup' || kind === 'verification' || kind === 'restore';
}

function backupText({ backup }: Change, words: Words): string {
  const existing = backup?.existing ?? null;
  const which = existing === null ? words.backup.new : identityText(existing, words);
  return words.backup.of(which, backup?.subject ?? '');
}

function backupName(
  { backup }: Change,
  words: Words,
  shown: (name: string, limit: number) => string,
): string {
  const existing = backup?.existing ?? null;
  return existing === null ? words.backup.new : shown(existing.id, 80);
}

/** `bk-3k9x` of today 02:00 · 1.2 GB · `3f2a90c1b7de`. */
function identityText(backup: BackupIdentity, words: Words): string {
  const taken = words.backup.taken(moment(new Date(backup.takenAt), '{date_short_pretty} {time}'));
  const size = backup.size === null ? '' : words.backup.size(backup.size);
  const digest = backup.sha256 === null ? '' : code(shortDigest(backup.sha256));
  return [`*${code(backup.id)}*`, taken, size, digest].filter((part) => part !== '').join(' · ');
}

function endText(end: PlanEnd | null, words: Words): string {
  if (end === null) return `_${words.operation.nothing}_`;
  const name = endName(end);
  const digest = end.digest === null ? '' : shortDigest(end.digest);
  return name === digest || digest === '' ? `*${code(name)}*` : `*${code(name)}* ${code(digest)}`;
}

function endName(end: PlanEnd): string {
  return end.version ?? end.revision ?? (end.digest === null ? '?' : shortDigest(end.digest));
}
