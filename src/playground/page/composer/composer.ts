/** @module Where one types: commands with completion, messages, and what was sent before. */
import { html } from 'htm/preact';
import { h, type JSX, type RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Avatar } from '../avatar.ts';
import { useDirectory } from '../directory.ts';
import { Icon } from '../icons.ts';
import { useSession } from '../session-context.ts';
import { draftKey, type State } from '../state/state.ts';
import { type Completion, complete, type Suggestion } from './completion.ts';
import { CompletionMenu, optionId } from './completion-menu.ts';

interface ComposerProps {
  readonly state: State;
  readonly thread: string;
  readonly placeholder: string;
}

/** The element ID of a conversation's text field; '' is the channel's. */
export const composerId = (thread: string): string => (thread === '' ? 'composer' : 'composer-thread');

/** What the popover shows: nothing is highlighted (-1) until one means to choose. */
interface Menu {
  readonly completion: Completion;
  readonly active: number;
}

export function Composer({ state, thread, placeholder }: ComposerProps): JSX.Element {
  const session = useSession();
  const directory = useDirectory();
  const field = useRef<HTMLTextAreaElement>(null);
  const [menu, setMenu] = useState<Menu | undefined>(undefined);
  const recalled = useRef(0);
  const draft = state.drafts[draftKey(state.me, state.channel, thread)] ?? '';
  const me = directory.person(state.me);
  const caret = useFittingField(field, draft);
  const id = composerId(thread);
  useFocusOnArrival(field, `${state.me}/${state.channel}/${thread}`);

  const change = (typed: string, at: number): void => {
    session.setDraft(thread, typed);
    const completion = complete(typed, at, { workspace: session.workspace, cloud: state.cloud });
    setMenu(completion === undefined ? undefined : { completion, active: completion.isEager ? 0 : -1 });
  };
  const accept = (suggestion: Suggestion): void => {
    const at = field.current?.selectionStart ?? draft.length;
    const before = draft.slice(0, menu?.completion.from ?? at) + suggestion.insert;
    caret.current = before.length;
    change(before + draft.slice(at).trimStart(), before.length);
    field.current?.focus();
  };
  const send = (): void => {
    setMenu(undefined);
    recalled.current = 0;
    void session.send(thread);
  };
  const recall = (step: number): void => {
    const sent = state.sent[state.me] ?? [];
    recalled.current = Math.max(0, Math.min(sent.length, recalled.current + step));
    const text = recalled.current === 0 ? '' : (sent.at(-recalled.current) ?? '');
    caret.current = text.length;
    session.setDraft(thread, text);
  };
  const isRecalling =
    draft === '' || (recalled.current > 0 && draft === state.sent[state.me]?.at(-recalled.current));
  const keys: Keys = { menu, setMenu, accept, send, recall, isRecalling };

  return html`<form
    class="composer"
    onSubmit=${(event: Event) => {
      event.preventDefault();
      send();
    }}
  >
    ${menu !== undefined && h(CompletionMenu, { id, completion: menu.completion, active: menu.active, onAccept: accept })}
    <div class="composer-box">
      ${h(Avatar, { user: state.me, name: me?.realName ?? '', size: 'm' })}
      <textarea
        ref=${field}
        id=${id}
        class="composer-field"
        rows="1"
        data-testid=${id}
        aria-label="${placeholder}, as ${me?.realName}"
        aria-autocomplete="list"
        aria-controls="${id}-menu"
        aria-activedescendant=${menu !== undefined && menu.active >= 0 ? optionId(id, menu.active) : undefined}
        placeholder=${placeholder}
        value=${draft}
        onInput=${(event: Event) => {
          recalled.current = 0;
          if (event.currentTarget instanceof HTMLTextAreaElement) {
            change(event.currentTarget.value, event.currentTarget.selectionStart);
          }
        }}
        onKeyDown=${(event: KeyboardEvent) => onKey(event, keys)}
        onBlur=${() => setMenu(undefined)}
      ></textarea>
      <button type="submit" class="send" aria-label="Send" title="Send (Enter)" data-testid=${thread === '' ? 'send' : 'send-thread'} disabled=${draft.trim() === ''}>
        ${h(Icon, { name: 'send' })}
      </button>
    </div>
  </form>`;
}

interface Keys {
  readonly menu: Menu | undefined;
  readonly setMenu: (menu: Menu | undefined) => void;
  readonly accept: (suggestion: Suggestion) => void;
  readonly send: () => void;
  readonly recall: (step: number) => void;
  readonly isRecalling: boolean;
}

function onKey(event: KeyboardEvent, keys: Keys): void {
  if (event.isComposing || !(onMenuKey(event, keys) || onPlainKey(event, keys))) return;
  event.preventDefault();
  event.stopPropagation();
}

/** Whether the key was for the completion popover. */
function onMenuKey({ key, shiftKey }: KeyboardEvent, { menu, setMenu, accept }: Keys): boolean {
  const suggestions = menu?.completion.suggestions ?? [];
  if (menu === undefined || (suggestions.length === 0 && key !== 'Escape')) return false;
  const highlight = (active: number): boolean => {
    setMenu({ ...menu, active: (active + suggestions.length) % suggestions.length });
    return true;
  };
  if (key === 'ArrowDown') return highlight(menu.active + 1);
  if (key === 'ArrowUp') return highlight(Math.max(menu.active, 0) - 1);
  if (key === 'Escape') setMenu(undefined);
  else if (key === 'Tab' && !shiftKey)
    suggestions.slice(Math.max(menu.active, 0)).slice(0, 1).forEach(accept);
  else if (key === 'Enter' && !shiftKey && menu.active >= 0)
    suggestions.slice(menu.active).slice(0, 1).forEach(accept);
  else return false;
  return true;
}

function onPlainKey({ key, shiftKey }: KeyboardEvent, { send, recall, isRecalling }: Keys): boolean {
  if (key === 'Enter' && !shiftKey) send();
  else if (key === 'ArrowUp' && isRecalling) recall(1);
  else if (key === 'ArrowDown' && isRecalling) recall(-1);
  else return false;
  return true;
}

/** One can type at once after going somewhere; not on touch screens, where the keyboard would cover the channel. */
function useFocusOnArrival(field: RefObject<HTMLTextAreaElement | null>, place: string): void {
  useEffect(() => {
    if (matchMedia('(hover: hover)').matches) field.current?.focus();
  }, [place]);
}

/** Makes the field as high as its text, and puts the caret where the returned reference says, once. */
function useFittingField(
  field: RefObject<HTMLTextAreaElement | null>,
  draft: string,
): { current: number | undefined } {
  const caret = useRef<number | undefined>(undefined);
  useLayoutEffect(() => {
    const box = field.current;
    if (box === null) return;
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight}px`;
    if (caret.current !== undefined) box.setSelectionRange(caret.current, caret.current);
    caret.current = undefined;
  }, [draft]);
  return caret;
}
