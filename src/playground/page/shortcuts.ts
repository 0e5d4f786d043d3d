/** @module Keys that work everywhere on the page. */
import { useEffect } from 'preact/hooks';
import { composerId } from './composer/composer.ts';
import { people } from './model/workspace.ts';
import type { Session } from './session.ts';

/** Alt+1… be somebody, Alt+↑/↓ another channel, / begins a command, Escape closes the thread. */
export function useShortcuts(session: Session): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.altKey ? onAltKey(event, session) : onPlainKey(event, session)) event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [session]);
}

function onAltKey({ code }: KeyboardEvent, session: Session): boolean {
  const { me, channel } = session.store.get();
  const digit = /^Digit([1-9])$/.exec(code)?.[1];
  const person = digit === undefined ? undefined : people(session.workspace)[Number(digit) - 1];
  if (person !== undefined && person.id !== me) session.become(person.id);
  const step = code === 'ArrowDown' ? 1 : code === 'ArrowUp' ? -1 : 0;
  const { channels } = session.workspace;
  const next = channels[channels.findIndex((one) => one.id === channel) + step];
  if (step !== 0 && next !== undefined) session.openChannel(next.id);
  return person !== undefined || step !== 0;
}

function onPlainKey({ key, ctrlKey, metaKey, target }: KeyboardEvent, session: Session): boolean {
  const isTyping =
    target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null;
  if (key === 'Escape' && session.store.get().thread !== '') {
    session.openThread('');
    return true;
  }
  if (key !== '/' || isTyping || ctrlKey || metaKey) return false;
  session.setDraft('', '/');
  document.getElementById(composerId(''))?.focus();
  return true;
}
