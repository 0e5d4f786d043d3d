/** @module The “…” menu of Block Kit. */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useDismiss } from '../dismiss.ts';
import { Icon } from '../icons.ts';
import type { Option } from './element.ts';

interface OverflowProps {
  readonly options: readonly Option[];
  readonly onChoose: (option: Option) => void;
}

export function Overflow({ options, onChoose }: OverflowProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const box = useDismiss<HTMLSpanElement>(isOpen, () => setOpen(false));
  const choose = (option: Option): void => {
    setOpen(false);
    if (option.url !== undefined) window.open(option.url, '_blank', 'noopener,noreferrer');
    onChoose(option);
  };
  return html`<span class="overflow" ref=${box}>
    <button
      type="button"
      class="button button-icon"
      aria-label="More actions"
      aria-haspopup="menu"
      aria-expanded=${isOpen}
      data-testid="overflow"
      onClick=${() => setOpen(!isOpen)}
    >${h(Icon, { name: 'dots' })}</button>
    ${
      isOpen &&
      html`<div class="menu" role="menu">
        ${options.map(
          (
            option,
          ) => html`<button type="button" class="menu-item" role="menuitem" onClick=${() => choose(option)}>
            <span>${option.text}</span>
            ${option.description && html`<small>${option.description}</small>`}
          </button>`,
        )}
      </div>`
    }
  </span>`;
}
