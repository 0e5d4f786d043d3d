/** @module The line under a message that has replies. */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { Avatar } from '../avatar.ts';
import { useDirectory } from '../directory.ts';
import type { Message } from '../model/message.ts';
import { useSession } from '../session-context.ts';
import { agoTime } from './time.ts';

const SHOWN_FACES = 4;

export function ThreadSummary({ message }: { readonly message: Message }): JSX.Element {
  const session = useSession();
  const { person } = useDirectory();
  const { replyCount, replyUsers, latestReply, ts } = message;
  return html`<button type="button" class="thread-summary" data-testid="open-thread" onClick=${() => session.openThread(ts)}>
    ${replyUsers.slice(0, SHOWN_FACES).map((user) => h(Avatar, { user, name: person(user)?.realName ?? '?', size: 's' }))}
    <span class="thread-count">${replyCount === 1 ? '1 reply' : `${replyCount} replies`}</span>
    ${latestReply && html`<span class="thread-latest">Last reply ${agoTime(latestReply)}</span>`}
  </button>`;
}
