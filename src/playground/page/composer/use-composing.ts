/** @module What a composer remembers and does while one types; composer.ts draws it. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useSession } from '../session-context.ts';
import { draftKey, type State } from '../state/state.ts';
import { type Completion, complete, type Suggestion } from './completion.ts';

/** What the popover shows: nothing is highlighted (-1) until one means to choose. */
export interface Menu {
  readonly completion: Completion;
  readonly active: number;
}

export interface Composing {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly draft: string;
  readonly menu: Menu | undefined;
  readonly setMenu: (menu: Menu | undefined) => void;
  /** The field's text became `typed`, with the caret at `caret`. */
  readonly change: (typed: string, caret: number) => void;
  /** Puts a suggestion in the place of the word at the caret. */
  readonly accept: (suggestion: Suggestion) => void;
  readonly send: () => void;
  /** Brings back what was sent `step` entries before, or after, what stands there now. */
  readonly recall: (step: number) => void;
  /** Whether arrows recall: the field is empty, or shows what was recalled, untouched. */
  readonly isRecalling: boolean;
}

export function useComposing(state: State, thread: string): Composing {
  const session = useSession();
  const field = useRef<HTMLTextAreaElement>(null);
  const [menu, setMenu] = useState<Menu | undefined>(undefined);
  const draft = state.drafts[draftKey(state.me, state.channel, thread)] ?? '';
  const caret = useFittingField(field, draft);
  useFocusOnArrival(field);
  const put = (typed: string): void => {
    caret.current = typed.length;
    session.setDraft(thread, typed);
  };
  const recalling = useRecall(state.sent[state.me] ?? [], draft, put);
  const change = (typed: string, at: number): void => {
    recalling.forget();
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
    recalling.forget();
    void session.send(thread);
  };
  const { recall, isRecalling } = recalling;
  return { field, draft, menu, setMenu, change, accept, send, recall, isRecalling };
}

/** Walks through what was sent; 0 stands for the empty field after the newest entry. */
function useRecall(sent: readonly string[], draft: string, put: (typed: string) => void) {
  const at = useRef(0);
  return {
    isRecalling: draft === '' || (at.current > 0 && draft === sent.at(-at.current)),
    recall: (step: number): void => {
      at.current = Math.max(0, Math.min(sent.length, at.current + step));
      put(at.current === 0 ? '' : (sent.at(-at.current) ?? ''));
    },
    forget: (): void => {
      at.current = 0;
    },
  };
}

/** One can type at once after going somewhere; not on touch screens, where the keyboard would cover the channel. */
function useFocusOnArrival(field: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    if (matchMedia('(hover: hover)').matches) field.current?.focus();
  }, []);
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
