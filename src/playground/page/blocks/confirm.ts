/** @module The question that Block Kit can ask before an action is sent. */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Inlines } from '../text/view.ts';
import type { Confirm } from './element.ts';

interface ConfirmDialogProps {
  readonly confirm: Confirm;
  readonly onAnswer: (isConfirmed: boolean) => void;
}

export function ConfirmDialog({ confirm, onAnswer }: ConfirmDialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const cancel = (event: Event): void => {
    event.preventDefault();
    onAnswer(false);
  };
  return html`<dialog ref=${dialog} class="dialog dialog-small" data-testid="confirm" onCancel=${cancel} aria-label=${confirm.title}>
    <header class="dialog-header"><h2>${confirm.title}</h2></header>
    <div class="dialog-body"><p class="paragraph">${h(Inlines, { nodes: confirm.text })}</p></div>
    <footer class="dialog-footer">
      <button type="button" class="button" data-testid="confirm-deny" onClick=${cancel}>${confirm.deny}</button>
      <button
        type="button"
        class="button ${confirm.danger ? 'button-danger' : 'button-primary'}"
        data-testid="confirm-accept"
        onClick=${() => onAnswer(true)}
      >${confirm.confirm}</button>
    </footer>
  </dialog>`;
}
