import { sizeInWords } from '../../domain/size.ts';
import { prose } from '../mrkdwn.ts';
import { duration } from './en-terms.ts';
import type { BackupWords } from './words.ts';

/** What is said of backups, in English. */
export const backup: BackupWords = {
  new: 'a new backup',
  of: (whichText, subject) => `${whichText}\n${prose(subject)}`,
  taken: (whenText) => `taken ${whenText}`,
  size: sizeInWords,
  youngEnough: (backupText) => `Data is backed up already: ${backupText}`,
  title: 'Backups',
  nowhere: 'No target here has backups: the config has no `backup` for it.',
  none: 'There is no good backup.',
  unknown: (detail) => `Its backups could not be listed: ${prose(detail)}`,
  keeps,
  ago: (ageText) => `${ageText} ago`,
  ahead: '*from the future: the clock where it was made is wrong*',
  madeIn: (sizeText, timeText) => `${sizeText} in ${timeText}`,
  until: (whenText) => `kept until ${whenText}`,
  alsoAt: (places) => `also at ${prose(places.join(', '))}`,
  verified: (whenText) => `verified ${whenText}`,
  notVerified: 'not verified yet',
  failedVerification: (whenText, how) => `*failed verification ${whenText}*: ${prose(how)}`,
  late: (targetText, dueText, whyText) =>
    `:warning: The backup of ${targetText} that was due ${dueText} could not begin. ${whyText} It is tried again until it can.`,
  begunLate: (targetText, dueText) =>
    `The backup of ${targetText} that was due ${dueText} has begun after all. Should it fail, that is told here.`,
  weekTitle: 'Backups of the last week',
  week: (targetText, made, failed) =>
    `${failed > 0 || made === 0 ? ':warning:' : '✅'} *${targetText}* · ${made} made, ${failed} failed`,
  last: (idText, ageText, verifiedText) => `Last backup: ${idText}, ${ageText}, ${verifiedText}`,
};

function keeps(count: number | null, age: number | null): string {
  const rules = [
    ...(count === null ? [] : [`the newest ${count}`]),
    ...(age === null ? [] : [`those younger than ${duration(age)}`]),
  ];
  return rules.length === 0
    ? 'All are kept.'
    : `Kept are ${rules.join(' and ')}, and always the last good and the last verified one.`;
}
