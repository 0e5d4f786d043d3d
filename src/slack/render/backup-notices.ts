import type { BackupWeek } from '../../domain/reply.ts';
import { targetKey } from '../../domain/target.ts';
import type { LateBackup } from '../../operations/context.ts';
import type { MessageContent } from '../content.ts';
import { code, moment } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';
import { type BackupsContext, newestBackupLine } from './backups.ts';
import { fitGroups, fitList, header, section } from './blocks.ts';
import { refusalSentence } from './refusals.ts';

const WHEN = '{date_short_pretty} {time}';
const LONGEST_LIST = 5;

/** A backup that is due and cannot begin; or, without refusals, that has begun after all. */
export function renderLateBackup(late: LateBackup, words: Words): MessageContent {
  const name = code(targetKey(late.target));
  const due = moment(late.due, WHEN);
  const why = late.refusals.map((refusal) => refusalSentence(refusal, words)).join(' ');
  const text = why === '' ? words.backup.begunLate(name, due) : words.backup.late(name, due, why);
  return { text, blocks: [section([text], words.more)] };
}

/** What became of a week's backups, target by target. */
export function renderBackupSummary(weeks: readonly BackupWeek[], shown: BackupsContext): MessageContent {
  const { words } = shown;
  const lines = weeks.map(({ target, made, failed }) =>
    words.backup.week(code(targetKey(target)), made, failed),
  );
  const groups = weeks.map(({ backups }, index) => [
    section(
      [lines[index] ?? '', ...(backups === null ? [] : [newestBackupLine(backups, shown)])],
      words.more,
    ),
  ]);
  return {
    text: `${words.backup.weekTitle}: ${fitList(lines, LONGEST_LIST, words.more)}`,
    blocks: [header(`🗄️ ${words.backup.weekTitle}`), ...fitGroups(groups, words.more)],
  };
}
