/** @module The pane with one thread, at the right. */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { Composer } from '../composer/composer.ts';
import { useDirectory } from '../directory.ts';
import { Icon } from '../icons.ts';
import { useSession } from '../session-context.ts';
import type { State } from '../state/state.ts';
import { streamOf } from '../state/state.ts';
import { threadMessages } from '../state/stream.ts';
import { MessageList } from './message-list.ts';

export function ThreadPane({ state }: { readonly state: State }): JSX.Element {
  const session = useSession();
  const directory = useDirectory();
  const { channel, thread, me } = state;
  const name = directory.channel(channel)?.name ?? channel;
  const messages = threadMessages(streamOf(state, channel), thread);
  return html`<aside class="pane thread-pane" aria-label="Thread" data-testid="thread-pane">
    <header class="pane-header">
      <h2>Thread</h2>
      <span class="pane-sub">#${name}</span>
      <button type="button" class="tool" aria-label="Close the thread" data-testid="close-thread" onClick=${() => session.openThread('')}>
        ${h(Icon, { name: 'close' })}
      </button>
    </header>
    ${h(MessageList, { messages, channel, label: 'Thread', inThread: true, intro: null, conversation: `${me}/${channel}/${thread}/${state.sent[me]?.length ?? 0}` })}
    ${h(Composer, { key: `${me}/${channel}/${thread}`, state, thread, placeholder: `Reply as ${directory.person(me)?.realName ?? ''}` })}
  </aside>`;
}
