/** @module Elements that act at once: buttons, menus and pickers in messages and in views. */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { useContext, useState } from 'preact/hooks';
import type { Json } from '../json.ts';
import { Inlines } from '../text/view.ts';
import { ConfirmDialog } from './confirm.ts';
import type { ButtonElement, Element, OverflowElement } from './element.ts';
import { BlockHostContext } from './host.ts';
import { InputElement } from './input-element.ts';
import { Overflow } from './overflow.ts';
import { Picture } from './picture.ts';
import { initialValue } from './value.ts';

interface ActionElementProps {
  readonly blockId: string;
  readonly element: Element;
}

/** Any element of an actions block, or a section's accessory. */
export function ActionElement({ blockId, element }: ActionElementProps): JSX.Element {
  switch (element.kind) {
    case 'image':
      return h(Picture, { address: element.url, alt: element.alt, shape: 'accessory-image' });
    case 'unknown':
      return html`<span class="unknown">Unknown element: ${element.type}</span>`;
    default:
      return h(Asking, { blockId, element });
  }
}

/** Sends the element's payload, after its confirmation if it wants one; busy until the app acknowledged. */
function Asking({
  blockId,
  element,
}: {
  readonly blockId: string;
  readonly element: Exclude<Element, { kind: 'image' | 'unknown' }>;
}): JSX.Element {
  const host = useContext(BlockHostContext);
  const [asked, ask] = useState<Json | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const send = async (payload: Json): Promise<void> => {
    setBusy(true);
    await host.act({ ...payload, block_id: blockId, action_id: element.actionId });
    setBusy(false);
  };
  const choose = (payload: Json): void => {
    if (element.confirm === undefined) void send(payload);
    else ask(payload);
  };
  const answer = (isConfirmed: boolean): void => {
    ask(undefined);
    if (isConfirmed && asked !== undefined) void send(asked);
  };
  return html`<span class="action">
    ${drawAsking(element, { blockId, isBusy, choose })}
    ${asked !== undefined && element.confirm !== undefined && h(ConfirmDialog, { confirm: element.confirm, onAnswer: answer })}
  </span>`;
}

interface Choosing {
  readonly blockId: string;
  readonly isBusy: boolean;
  readonly choose: (payload: Json) => void;
}

function drawAsking(
  element: Exclude<Element, { kind: 'image' | 'unknown' }>,
  choosing: Choosing,
): JSX.Element {
  if (element.kind === 'button') return h(Button, { element, ...choosing });
  if (element.kind === 'overflow') return drawOverflow(element, choosing);
  const { blockId, choose } = choosing;
  return h(InputElement, { blockId, element, initial: initialValue(element), label: '', onValue: choose });
}

function Button({ element, isBusy, choose }: Choosing & { readonly element: ButtonElement }): JSX.Element {
  const { style, text, label, value, url } = element;
  const press = (): void => {
    if (isBusy) return;
    if (url !== undefined) window.open(url, '_blank', 'noopener,noreferrer');
    choose({ type: 'button', value });
  };
  return html`<button
    type="button"
    class="button ${style === 'default' ? '' : `button-${style}`}"
    data-testid="block-button"
    aria-label=${label || undefined}
    aria-busy=${isBusy}
    onClick=${press}
  >${h(Inlines, { nodes: text })}</button>`;
}

function drawOverflow(element: OverflowElement, { choose }: Choosing): JSX.Element {
  return h(Overflow, {
    options: element.options,
    onChoose: (option) => choose({ type: 'overflow', selected_option: option.raw }),
  });
}
