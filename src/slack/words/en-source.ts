import type { SourceChange } from '../../domain/source-change.ts';
import { code, link, prose } from '../mrkdwn.ts';
import type { SourceWords } from './words.ts';

/** What is said of commits and their checks, in English. */
export const source: SourceWords = {
  summary,
  unread: (detail) => `:grey_question: *What is shipped is not known:* ${prose(detail)}`,
  takesOut: (count) => `:rewind: *This is a rollback by ${commits(count)}*, which it takes out:`,
  diverged: (brings, takesOut) =>
    `:twisted_rightwards_arrows: *The histories have parted:* it brings ${commits(brings)} and takes out ${commits(takesOut)} that what serves now has.`,
  migrations: (files, count) =>
    `:card_file_box: *Migrations are touched:* ${files.map((file) => code(file)).join(', ')}${
      count > files.length ? ` and ${count - files.length} more` : ''
    }`,
  migrationsUnknown:
    ':card_file_box: *Migrations may be touched:* the change has more files than GitHub lists.',
  whole: (count) => `and ${count} more, in the thread`,
  compare: 'compare',
  listTitle: (brings, takesOut) =>
    [
      brings > 0 ? `*It brings ${commits(brings)}*` : '',
      takesOut > 0 ? `*${brings > 0 ? 'and takes out' : 'It takes out'} ${commits(takesOut)}*` : '',
    ]
      .filter((part) => part !== '')
      .join(' '),
  beyond: (count) => `_and ${count} older ones_`,
  barred: (whoText) => `Whoever wrote or merged it may not approve: ${whoText}.`,
  unplaced: (names) =>
    `Nobody knows who ${names.map((name) => code(name)).join(', ')} ${names.length === 1 ? 'is' : 'are'} in Slack: ${
      names.length === 1 ? 'one more approval' : `${names.length} more approvals`
    } than usual. (${code('github.people')} in the config says who they are.)`,
  unproven: (count) =>
    `*The author of ${commits(count)} is not proven*, since neither a verified signature nor a merged pull request says who it is: one more approval than usual.`,
  incomplete: 'Not all authors are known: one more approval than usual.',
  checksGreen: (count) =>
    `:white_check_mark: Checks: ${count === 1 ? 'the one there is' : `all ${count}`} green`,
  checksPending: (pending, done) =>
    `:hourglass_flowing_sand: *Checks still running:* ${names(pending)}${done > 0 ? ` (${done} green)` : ''}. It begins by itself once they are green.`,
  checksFailed: (failed) => `:x: *Checks are not green:* ${names(failed)}`,
  checksNone: ':grey_question: No check has ever run on this commit',
  checksUnread: (why) => `:grey_question: *Checks could not be read:* ${prose(why)}`,
  checksSkipped: ':rotating_light: *The checks were skipped, too.*',
};

const LONGEST_LIST = 8;

/** “v1.2.0 is 3f2a90c: 5 commits by ana and bo (#12, #14), compare”. */
function summary(
  change: SourceChange,
  whoText: string,
  pullRequests: readonly number[],
  compareText: string,
): string {
  const what = change.to === null ? prose(change.repository) : code(change.to.slice(0, 7));
  if (change.relation === 'same') return `${what}: the same commit as what serves now.`;
  if (change.relation === 'unknown') {
    const why =
      change.to === null
        ? 'it is not known from which commit this was made'
        : 'it is not known from which commit what serves now was made';
    return `${change.to === null || change.url === null ? what : link(change.url, change.to.slice(0, 7))}: ${why}.`;
  }
  const requests = pullRequests.slice(0, LONGEST_LIST).map((number) => `#${number}`);
  const rest = pullRequests.length - requests.length;
  const by = whoText === '' ? '' : ` by ${whoText}`;
  const merged =
    requests.length === 0 ? '' : ` (${requests.join(', ')}${rest > 0 ? ` and ${rest} more` : ''})`;
  const brought = change.brings.count > 0 ? `*${commits(change.brings.count)}*${by}${merged} · ` : '';
  return `${what}: ${brought}${compareText}`;
}

function names(all: readonly string[]): string {
  const rest = all.length - LONGEST_LIST;
  return `${all
    .slice(0, LONGEST_LIST)
    .map((name) => code(name))
    .join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function commits(count: number): string {
  return count === 1 ? '1 commit' : `${count} commits`;
}
