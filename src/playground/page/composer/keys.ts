/** @module What keys do in a composer. */
import type { Composing } from './use-composing.ts';

export function onComposerKey(event: KeyboardEvent, composing: Composing): void {
  if (event.isComposing || !(onMenuKey(event, composing) || onPlainKey(event, composing))) return;
  event.preventDefault();
  event.stopPropagation();
}

/** Whether the key was for the completion popover. */
function onMenuKey({ key, shiftKey }: KeyboardEvent, { menu, setMenu, accept }: Composing): boolean {
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

function onPlainKey({ key, shiftKey }: KeyboardEvent, { send, recall, isRecalling }: Composing): boolean {
  if (key === 'Enter' && !shiftKey) send();
  else if (key === 'ArrowUp' && isRecalling) recall(1);
  else if (key === 'ArrowDown' && isRecalling) recall(-1);
  else return false;
  return true;
}
