/** @module Draws the blocks of a message. Inputs exist in views only and are drawn there. */
import { html } from 'htm/preact';
import { Fragment, h, type JSX } from 'preact';
import { Inlines, Parts } from '../text/view.ts';
import { ActionElement } from './action-element.ts';
import type { Block, ContextItem, SectionBlock, TableBlock } from './block.ts';
import { Picture } from './picture.ts';

export function Blocks({ blocks }: { readonly blocks: readonly Block[] }): JSX.Element {
  return h(
    Fragment,
    null,
    blocks.map((block) => drawBlock(block)),
  );
}

export function drawBlock(block: Block): JSX.Element {
  switch (block.kind) {
    case 'header':
      return html`<p class="block-header" role="heading" aria-level="3">${h(Inlines, { nodes: block.children })}</p>`;
    case 'section':
      return drawSection(block);
    case 'context':
      return html`<div class="block-context">${block.items.map(drawContextItem)}</div>`;
    case 'divider':
      return html`<hr class="divider" />`;
    case 'actions':
      return html`<div class="block-actions">
        ${block.elements.map((element) => h(ActionElement, { blockId: block.id, element }))}
      </div>`;
    case 'image':
      return html`<figure class="block-image">
        ${block.title && html`<figcaption>${block.title}</figcaption>`}
        ${h(Picture, { address: block.image.url, alt: block.image.alt, shape: 'picture' })}
      </figure>`;
    case 'parts':
      return html`<div class="block-parts">${h(Parts, { parts: block.parts })}</div>`;
    case 'table':
      return drawTable(block);
    case 'input':
      return html`<p class="unknown">An input block stands in views only: ${block.label}</p>`;
    case 'unknown':
      return html`<p class="unknown">The playground cannot show this block: ${block.type}</p>`;
  }
}

function drawSection({ id, text, fields, accessory }: SectionBlock): JSX.Element {
  return html`<div class="block-section">
    <div class="section-body">
      ${h(Parts, { parts: text })}
      ${
        fields.length > 0 &&
        html`<div class="fields">${fields.map((field) => html`<div class="section-field">${h(Parts, { parts: field })}</div>`)}</div>`
      }
    </div>
    ${accessory !== undefined && html`<div class="accessory">${h(ActionElement, { blockId: id, element: accessory })}</div>`}
  </div>`;
}

function drawContextItem(item: ContextItem): JSX.Element {
  return item.kind === 'image'
    ? h(Picture, { address: item.url, alt: item.alt, shape: 'context-image' })
    : html`<div class="context-text">${h(Parts, { parts: item.parts })}</div>`;
}

/** The first row is the head, as Slack draws it. */
function drawTable({ rows, columns }: TableBlock): JSX.Element {
  const [head = [], ...body] = rows;
  const draw = (tag: 'th' | 'td') => (cell: (typeof head)[number], index: number) => {
    const column = columns[index];
    const wrapping = column?.wrapped === true ? '' : 'nowrap';
    return h(tag, { class: `align-${column?.align ?? 'left'} ${wrapping}` }, h(Parts, { parts: cell }));
  };
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="Table">
    <table class="table">
      <thead><tr>${head.map(draw('th'))}</tr></thead>
      <tbody>${body.map((row) => html`<tr>${row.map(draw('td'))}</tr>`)}</tbody>
    </table>
  </div>`;
}
