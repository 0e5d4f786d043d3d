import { targetKey } from '../domain/target.ts';
import type { BackupNotices } from '../operations/context.ts';
import { isPublished, PRIORITY, putPublication } from '../store/publications.ts';
import type { MessageContent } from './content.ts';
import { renderBackupSummary, renderLateBackup } from './render/backup-notices.ts';
import type { Words } from './words/words.ts';

/** Tells channels of the backups that the bot makes by itself: trouble at once, all else once a week. */
export function createBackupNotices(settings: {
  readonly words: Words;
  readonly clock: () => Date;
}): BackupNotices {
  const { words, clock } = settings;
  return {
    lateBackup: async (tx, late) => {
      const key = `backup-late/${targetKey(late.target)}/${late.due.toISOString()}`;
      // What nobody heard was late need not be taken back.
      if (late.refusals.length === 0 && !(await isPublished(tx, key))) return;
      await putPublication<MessageContent>(tx, {
        key,
        channelId: late.channelId,
        thread: null,
        priority: PRIORITY.operation,
        content: renderLateBackup(late, words),
        reactions: [],
      });
    },
    backupSummary: (tx, { key, channelId, weeks }) =>
      putPublication<MessageContent>(tx, {
        key,
        channelId,
        thread: null,
        priority: PRIORITY.thread,
        content: renderBackupSummary(weeks, { words, now: clock() }),
        reactions: [],
      }),
  };
}
