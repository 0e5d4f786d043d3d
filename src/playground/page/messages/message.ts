/** @module One message: who, when, what, and what can be done with it. */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Avatar } from '../avatar.ts';
import { type BlockHost, BlockHostContext } from '../blocks/host.ts';
import { Picture } from '../blocks/picture.ts';
import { Blocks } from '../blocks/view.ts';
import { useDirectory } from '../directory.ts';
import { Icon } from '../icons.ts';
import type { Message, MessageFile } from '../model/message.ts';
import { useSession } from '../session-context.ts';
import { isReply } from '../state/stream.ts';
import { safeHref } from '../text/links.ts';
import { Anchor, Parts } from '../text/view.ts';
import { AttachmentView } from './attachment.ts';
import { ReactionPicker, Reactions } from './reactions.ts';
import { ThreadSummary } from './thread-summary.ts';
import { clockTime, fullTime } from './time.ts';

interface MessageRowProps {
  readonly message: Message;
  readonly channel: string;
  /** Follows a message of the same author closely: shown without picture and name. */
  readonly isCompact: boolean;
  readonly inThread: boolean;
}

/** Drawn anew only when the message itself changed, so that a long channel stays quick. */
export function MessageRow({ message, channel, isCompact, inThread }: MessageRowProps): JSX.Element {
  const { me } = useDirectory();
  return useMemo(
    () => h(Row, { message, channel, isCompact, inThread }),
    [message, channel, isCompact, inThread, me],
  );
}

function Row({ message, channel, isCompact, inThread }: MessageRowProps): JSX.Element {
  const directory = useDirectory();
  const name = directory.person(message.user)?.realName || message.name || 'Somebody';
  const isCalled = !message.isBot && message.mentions.includes(directory.me);
  const marks = [
    isCompact && 'message-compact',
    message.isEphemeral && 'message-ephemeral',
    isCalled && 'message-mentioned',
  ];
  return html`<article
    class="message ${marks.filter(Boolean).join(' ')}"
    data-testid="message"
    data-ts=${message.ts}
    aria-label="${name}, ${clockTime(message.ts)}"
  >
    <div class="message-gutter">
      ${
        isCompact
          ? html`<time class="message-time" title=${fullTime(message.ts)}>${clockTime(message.ts)}</time>`
          : h(Avatar, { user: message.user, name, size: 'l' })
      }
    </div>
    <div class="message-main">
      ${!isCompact && drawHead(message, name)}
      ${h(Content, { message, channel })}
      ${h(Reactions, { message })}
      ${!inThread && message.replyCount > 0 && h(ThreadSummary, { message })}
      ${message.isEphemeral && h(EphemeralFoot, { message, channel })}
    </div>
    ${!message.isEphemeral && h(Toolbar, { message, inThread })}
  </article>`;
}

const editedMark = (): JSX.Element => html`<span class="edited">(edited)</span>`;

function drawHead(message: Message, name: string): JSX.Element {
  return html`<header class="message-head">
    <span class="message-name">${name}</span>
    ${message.isBot && html`<span class="badge-app">APP</span>`}
    <time class="message-time" title=${fullTime(message.ts)}>${clockTime(message.ts)}</time>
    ${message.isEdited && message.blocks.length > 0 && editedMark()}
    ${message.isBroadcast && html`<span class="message-note">replied to a thread</span>`}
  </header>`;
}

/** Blocks take the place of the text, which then is only the notification's fallback. */
function Content({ message, channel }: { readonly message: Message; readonly channel: string }): JSX.Element {
  const session = useSession();
  const { ts } = message;
  const host = useMemo((): BlockHost => {
    const origin = { channel, message_ts: ts };
    return {
      act: (action) => session.act(origin, action),
      suggest: (block_id, action_id, value) => session.suggest(origin, { block_id, action_id, value }),
    };
  }, [channel, ts]);
  return html`<${BlockHostContext.Provider} value=${host}>
    <div class="message-content" data-testid="message-content">
      ${message.blocks.length > 0 ? h(Blocks, { blocks: message.blocks }) : h(Parts, { parts: message.text })}
      ${message.attachments.map((attachment) => h(AttachmentView, { attachment }))}
      ${message.files.map((file) => h(File, { file }))}
      ${message.isEdited && message.blocks.length === 0 && editedMark()}
    </div>
  <//>`;
}

function File({ file }: { readonly file: MessageFile }): JSX.Element {
  if (file.isImage) {
    return html`<figure class="block-image">
      <figcaption>${file.title}</figcaption>
      ${h(Picture, { address: file.address, alt: file.alt, shape: 'picture' })}
    </figure>`;
  }
  const href = safeHref(URL.parse(file.address, location.href)?.href ?? '');
  const label = html`<span class="file">${h(Icon, { name: 'file' })} ${file.title}</span>`;
  return href === undefined ? label : h(Anchor, { href }, label);
}

function EphemeralFoot({
  message,
  channel,
}: {
  readonly message: Message;
  readonly channel: string;
}): JSX.Element {
  const { store } = useSession();
  return html`<p class="ephemeral-foot">
    ${h(Icon, { name: 'eye' })} Only visible to you
    <button type="button" class="text-button" data-testid="dismiss" onClick=${() => store.dispatch({ type: 'dismiss', channel, ts: message.ts })}>
      Dismiss
    </button>
  </p>`;
}

function Toolbar({
  message,
  inThread,
}: {
  readonly message: Message;
  readonly inThread: boolean;
}): JSX.Element {
  const session = useSession();
  const threadTs = isReply(message) ? message.threadTs : message.ts;
  return html`<div class="toolbar">
    ${h(ReactionPicker, { message, look: 'tool' })}
    ${
      !inThread &&
      html`<button
        type="button"
        class="tool"
        aria-label="Reply in a thread"
        title="Reply in a thread"
        data-testid="reply"
        onClick=${() => session.openThread(threadTs)}
      >${h(Icon, { name: 'thread' })}</button>`
    }
  </div>`;
}
