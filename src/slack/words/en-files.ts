import type { FileChangeKind, FileChanges } from '../../domain/file-changes.ts';
import { code } from '../mrkdwn.ts';
import type { FileWords } from './words.ts';

/** What is said of a release’s files, in English. */
export const files: FileWords = {
  title: 'Every file that changes',
  summary: ({ counts, removes }) =>
    `:card_index_dividers: *Files:* ${counts.new} new · ${counts.modified} modified · ${counts.deleted} deleted${
      counts.deleted > 0 && !removes ? ' (they stay on the host)' : ''
    } · ${counts.same} the same`,
  one: ({ path, change }, removes) =>
    `• ${change === 'deleted' && !removes ? 'deleted, stays' : change}: ${code(path, 200)}`,
  directory: (directory, counts) => `• ${code(directory === '' ? './' : directory, 200)}: ${listed(counts)}`,
  inThread: (count) => `and ${count} more, in the thread`,
  unlisted: (count) => `_and ${count} more that are too many to list_`,
};

const KINDS: readonly FileChangeKind[] = ['new', 'modified', 'deleted'];

function listed(counts: Omit<FileChanges['counts'], 'same'>): string {
  return KINDS.filter((kind) => counts[kind] > 0)
    .map((kind) => `${counts[kind]} ${kind}`)
    .join(', ');
}
