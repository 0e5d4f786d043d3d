import { shortDigest } from '../../domain/artifact.ts';
import { type Backup, isAhead, isGood, isWhole } from '../../domain/backup.ts';
import type { TargetBackups } from '../../domain/reply.ts';
import { targetKey } from '../../domain/target.ts';
import type { MessageContent } from '../content.ts';
import { code, moment, prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';
import { fitGroups, fitList, header, section } from './blocks.ts';

const WHEN = '{date_short_pretty} {time}';
const DAY = '{date_short_pretty}';
const LONGEST_LIST = 5;

/** What the lines of backups need beside the backups. */
export interface BackupsContext {
  readonly words: Words;
  readonly now: Date;
}

/** What `/backup list` shows: one group of blocks for each target. */
export function renderBackups(targets: readonly TargetBackups[], shown: BackupsContext): MessageContent {
  const { words } = shown;
  if (targets.length === 0) {
    return { text: words.backup.nowhere, blocks: [section([words.backup.nowhere], words.more)] };
  }
  const groups = targets.map((target) => [section(targetLines(target, shown), words.more)]);
  const texts = targets.map((target) => `${targetKey(target.target)}: ${prose(newestText(target, shown))}`);
  return {
    text: fitList(texts, LONGEST_LIST, words.more),
    blocks: [header(`🗄️ ${words.backup.title}`), ...fitGroups(groups, words.more)],
  };
}

/** The newest good backup and its age, for `/status`. */
export function newestBackupLine(target: TargetBackups, shown: BackupsContext): string {
  const { found } = target;
  if (!found.known) return `:warning: ${shown.words.backup.unknown(found.detail)}`;
  const newest = found.backups.find(isGood);
  if (newest === undefined) return `:warning: ${shown.words.backup.none}`;
  return shown.words.backup.last(code(newest.id), ageOf(newest, shown), verifiedText(newest, shown));
}

function newestText({ found }: TargetBackups, shown: BackupsContext): string {
  if (!found.known) return shown.words.backup.unknown(found.detail);
  const newest = found.backups.find(isGood);
  return newest === undefined ? shown.words.backup.none : `${newest.id}, ${ageOf(newest, shown)}`;
}

function targetLines(target: TargetBackups, shown: BackupsContext): readonly string[] {
  const { found, subject, keeps } = target;
  const { words } = shown;
  const head = [`*${code(targetKey(target.target))}* · ${prose(subject)}`];
  if (!found.known) return [...head, `:warning: ${words.backup.unknown(found.detail)}`];
  if (found.backups.length === 0) return [...head, words.backup.none];
  return [
    ...head,
    words.backup.keeps(keeps.count, keeps.age),
    ...found.backups.map((backup) => backupLine(backup, shown)),
  ];
}

/** `✅ bk-3k9x · today 02:00 (3 h ago) · 1.2 GB in 12 s · 3f2a90c1b7de · verified today · until 22 Dec`. */
function backupLine(backup: Backup, shown: BackupsContext): string {
  const { words } = shown;
  const { state, size, duration, sha256, expiresAt, places } = backup;
  const sign = signOf(backup);
  const taken = moment(new Date(backup.takenAt), WHEN);
  const bytes = size === null ? '' : words.backup.size(size);
  const parts = [
    `${sign} *${code(backup.id)}*`,
    `${taken} (${ageOf(backup, shown)})`,
    duration === null || bytes === '' ? bytes : words.backup.madeIn(bytes, words.duration(duration)),
    sha256 === null ? '' : code(shortDigest(sha256)),
    'reason' in state ? prose(state.reason) : '',
    state.is === 'good' ? verifiedText(backup, shown) : '',
    expiresAt === null ? '' : words.backup.until(moment(new Date(expiresAt), DAY)),
    places.length > 1 ? words.backup.alsoAt(places.slice(1)) : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function signOf(backup: Backup): string {
  if (backup.state.is === 'under-way') return '⏳';
  if (isGood(backup)) return '✅';
  return isWhole(backup) ? ':warning:' : '❌';
}

function verifiedText({ verified }: Backup, { words }: BackupsContext): string {
  if (verified === null) return words.backup.notVerified;
  const when = moment(verified.at, WHEN);
  return verified.passed ? words.backup.verified(when) : words.backup.failedVerification(when, verified.how);
}

function ageOf({ takenAt }: Backup, { words, now }: BackupsContext): string {
  if (isAhead({ takenAt }, now)) return words.backup.ahead;
  return words.backup.ago(words.duration(now.getTime() - new Date(takenAt).getTime()));
}
