import type { ReleaseContext } from '../operations/source/releases.ts';
import { isPublished, PRIORITY, putPublication } from '../store/publications.ts';
import type { MessageContent } from './content.ts';
import { renderRelease } from './render/release.ts';
import type { Words } from './words/words.ts';

/** Writes what a channel reads of a release: one message, which changes; none where the deploy's own says all. */
export function tellReleases(words: Words): ReleaseContext['tell'] {
  return async (db, { told, target, channelId, note }) => {
    const key = `release/${told.key}`;
    if (note.kind === 'begun' && !(await isPublished(db, key))) return;
    await putPublication<MessageContent>(db, {
      key,
      channelId,
      thread: null,
      priority: PRIORITY.operation,
      content: renderRelease({ release: told.release, target, note }, words),
      reactions: [],
    });
  };
}
