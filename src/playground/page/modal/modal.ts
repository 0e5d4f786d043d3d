/** @module A modal view: its blocks, its inputs with their errors, submit and close. */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { InputBlock } from '../blocks/block.ts';
import { BlockHostContext } from '../blocks/host.ts';
import { InputElement } from '../blocks/input-element.ts';
import { drawBlock } from '../blocks/view.ts';
import { Icon } from '../icons.ts';
import type { Json } from '../json.ts';
import { useForm } from './use-form.ts';
import type { View } from './view.ts';

export function Modal({ view }: { readonly view: View }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const { values, errors, isBusy, host, change, submit, close } = useForm(view);
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>('.dialog-body :is(input, select, textarea)')?.focus();
  }, []);
  return html`<dialog ref=${dialog} class="dialog" data-testid="modal" aria-label=${view.title} onCancel=${close}>
    <form class="dialog-form" novalidate onSubmit=${submit}>
      <header class="dialog-header">
        <h2>${view.title}</h2>
        <button type="button" class="tool" aria-label="Close" data-testid="modal-x" onClick=${close}>${h(Icon, { name: 'close' })}</button>
      </header>
      <${BlockHostContext.Provider} value=${host}>
        <div class="dialog-body">
          ${errors[''] && html`<p class="error" role="alert">${errors['']}</p>`}
          ${view.blocks.map((block) =>
            block.kind === 'input'
              ? h(Input, {
                  key: block.id,
                  block,
                  value: values[block.id]?.[block.element.actionId],
                  error: errors[block.id] ?? '',
                  onValue: (value) => change(block, value),
                })
              : drawBlock(block),
          )}
        </div>
      <//>
      <footer class="dialog-footer">
        <button type="button" class="button" data-testid="modal-close" onClick=${close}>${view.close}</button>
        ${view.submit && html`<button type="submit" class="button button-primary" data-testid="modal-submit" aria-busy=${isBusy}>${view.submit}</button>`}
      </footer>
    </form>
  </dialog>`;
}

interface InputProps {
  readonly block: InputBlock;
  readonly value: Json | undefined;
  readonly error: string;
  readonly onValue: (value: Json) => void;
}

function Input({ block, value, error, onValue }: InputProps): JSX.Element {
  const inputId = useId();
  const isGroup = block.element.kind === 'choices';
  const label = html`${block.label}${block.optional && html` <span class="optional">(optional)</span>`}`;
  const field = h(InputElement, {
    blockId: block.id,
    element: block.element,
    initial: value,
    label: '',
    onValue,
    inputId,
    isInvalid: error !== '',
  });
  return html`<div class="input ${error ? 'input-invalid' : ''}" data-testid="input-${block.id}" role=${isGroup ? 'group' : undefined} aria-label=${isGroup ? block.label : undefined}>
    ${isGroup ? html`<p class="label">${label}</p>` : html`<label class="label" for=${inputId}>${label}</label>`}
    ${field}
    ${error ? html`<p class="error" role="alert" data-testid="input-error">${error}</p>` : block.hint && html`<p class="hint">${block.hint}</p>`}
  </div>`;
}
