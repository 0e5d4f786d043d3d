/** @module Where one types: commands with completion, messages, and what was sent before. */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { Avatar } from '../avatar.ts';
import { useDirectory } from '../directory.ts';
import { Icon } from '../icons.ts';
import type { State } from '../state/state.ts';
import { CompletionMenu, optionId } from './completion-menu.ts';
import { onComposerKey } from './keys.ts';
import { type Composing, useComposing } from './use-composing.ts';

interface ComposerProps {
  readonly state: State;
  readonly thread: string;
  readonly placeholder: string;
}

/** The element ID of a conversation's text field; '' is the channel's. */
export const composerId = (thread: string): string => (thread === '' ? 'composer' : 'composer-thread');

/** Give it a key of its own for each person and conversation: it begins anew with each. */
export function Composer({ state, thread, placeholder }: ComposerProps): JSX.Element {
  const composing = useComposing(state, thread);
  const { menu, draft, accept, send } = composing;
  const name = useDirectory().person(state.me)?.realName ?? '';
  const id = composerId(thread);
  const submit = (event: Event): void => {
    event.preventDefault();
    send();
  };
  return html`<form class="composer" onSubmit=${submit}>
    ${menu !== undefined && h(CompletionMenu, { id, completion: menu.completion, active: menu.active, onAccept: accept })}
    <div class="composer-box">
      ${h(Avatar, { user: state.me, name, size: 'm' })}
      ${drawField(composing, id, placeholder)}
      <button type="submit" class="send" aria-label="Send" title="Send (Enter)" data-testid=${thread === '' ? 'send' : 'send-thread'} disabled=${draft.trim() === ''}>
        ${h(Icon, { name: 'send' })}
      </button>
    </div>
  </form>`;
}

function drawField(composing: Composing, id: string, placeholder: string): JSX.Element {
  const { field, draft, menu, change, setMenu } = composing;
  const hasOptions = menu !== undefined && menu.completion.suggestions.length > 0;
  const onInput = ({ currentTarget }: Event): void => {
    if (currentTarget instanceof HTMLTextAreaElement)
      change(currentTarget.value, currentTarget.selectionStart);
  };
  return html`<textarea
    ref=${field}
    id=${id}
    class="composer-field"
    rows="1"
    data-testid=${id}
    aria-label=${placeholder}
    aria-autocomplete="list"
    aria-controls=${hasOptions ? `${id}-menu` : undefined}
    aria-activedescendant=${hasOptions && menu.active >= 0 ? optionId(id, menu.active) : undefined}
    placeholder=${placeholder}
    value=${draft}
    onInput=${onInput}
    onKeyDown=${(event: KeyboardEvent) => onComposerKey(event, composing)}
    onBlur=${() => setMenu(undefined)}
  ></textarea>`;
}
