/** @module Reactions under a message, and the picker that adds one. */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useDirectory } from '../directory.ts';
import { useDismiss } from '../dismiss.ts';
import { Icon } from '../icons.ts';
import type { Message, Reaction } from '../model/message.ts';
import { useSession } from '../session-context.ts';
import { emojiGlyph } from '../text/emoji.ts';

/** The reactions that mean something here: approve, refuse, and what people say besides. */
const OFFERED = ['white_check_mark', 'no_entry', 'eyes', 'tada', '+1', 'rocket'];

const spoken = (name: string): string => name.replaceAll('_', ' ');

export function Reactions({ message }: { readonly message: Message }): JSX.Element | null {
  if (message.reactions.length === 0) return null;
  return html`<div class="reactions">
    ${message.reactions.map((reaction) => h(Chip, { key: reaction.name, message, reaction }))}
    ${h(ReactionPicker, { message, look: 'chip chip-add' })}
  </div>`;
}

function Chip({
  message,
  reaction,
}: {
  readonly message: Message;
  readonly reaction: Reaction;
}): JSX.Element {
  const { me, person } = useDirectory();
  const session = useSession();
  const { name, users } = reaction;
  const isMine = users.includes(me);
  const who = users.map((id) => (id === me ? 'You' : (person(id)?.realName ?? id))).join(', ');
  return html`<button
    type="button"
    class="chip ${isMine ? 'chip-mine' : ''}"
    data-testid="reaction-chip"
    data-name=${name}
    aria-pressed=${isMine}
    aria-label="${spoken(name)}, ${users.length}: ${who}"
    title="${who} reacted with :${name}:"
    onClick=${() => session.toggleReaction(message, name)}
  ><span class="emoji">${emojiGlyph(name) ?? `:${name}:`}</span><span class="chip-count" data-testid="reaction-count">${users.length}</span></button>`;
}

interface ReactionPickerProps {
  readonly message: Message;
  readonly look: string;
}

export function ReactionPicker({ message, look }: ReactionPickerProps): JSX.Element {
  const session = useSession();
  const [isOpen, setOpen] = useState(false);
  const box = useDismiss<HTMLSpanElement>(isOpen, () => setOpen(false));
  const pick = (name: string): void => {
    setOpen(false);
    void session.toggleReaction(message, name);
  };
  return html`<span class="picker" ref=${box}>
    <button
      type="button"
      class=${look}
      aria-label="Add a reaction"
      title="Add a reaction"
      aria-expanded=${isOpen}
      data-testid="add-reaction"
      onClick=${() => setOpen(!isOpen)}
    >${h(Icon, { name: 'smile' })}</button>
    ${
      isOpen &&
      html`<div class="menu picker-menu" role="group" aria-label="Reactions">
        ${OFFERED.map(
          (name) => html`<button
            type="button"
            class="picker-option emoji"
            aria-label=${spoken(name)}
            title=":${name}:"
            data-testid="reaction-option-${name}"
            onClick=${() => pick(name)}
          >${emojiGlyph(name)}</button>`,
        )}
      </div>`
    }
  </span>`;
}
