/** @module Draws the text tree. Every string becomes a text node or an attribute, so none can become markup. */

import { html } from 'htm/preact';
import { Fragment, h, type JSX } from 'preact';
import { useDirectory } from '../directory.ts';
import { formatDate } from './dates.ts';
import type { DateInline, Inline, ListPart, Part, Style, TablePart } from './tree.ts';

const STYLE_TAGS: Readonly<Record<Style, string>> = { bold: 'strong', italic: 'em', strike: 's' };
const BULLETS = ['•', '◦', '▪'];

/** Parts, one below the other. */
export function Parts({ parts }: { readonly parts: readonly Part[] }): JSX.Element {
  return h(Fragment, null, parts.map(drawPart));
}

/** Inline nodes, one after the other. */
export function Inlines({ nodes }: { readonly nodes: readonly Inline[] }): JSX.Element {
  return h(Fragment, null, nodes.map(drawInline));
}

function drawPart(part: Part): JSX.Element {
  switch (part.kind) {
    case 'paragraph':
      return html`<p class="paragraph">${h(Inlines, { nodes: part.children })}</p>`;
    case 'heading':
      return html`<p class="heading heading-${part.level}" role="heading" aria-level=${part.level + 2}>
        ${h(Inlines, { nodes: part.children })}
      </p>`;
    case 'quote':
      return html`<blockquote class="quote">${h(Parts, { parts: part.parts })}</blockquote>`;
    case 'pre':
      return html`<pre class="pre" tabindex="0"><code>${part.text}</code></pre>`;
    case 'rule':
      return html`<hr class="divider" />`;
    case 'list':
      return drawList(part);
    case 'table':
      return drawTable(part);
  }
}

function drawList({ ordered, start, indent, items }: ListPart): JSX.Element {
  const bullet = (index: number): string => (ordered ? `${start + index}.` : (BULLETS[indent % 3] ?? '•'));
  return html`<ul class="list list-${indent}" role="list">
    ${items.map(
      (item, index) => html`<li>
        <span class="bullet" aria-hidden=${!ordered}>${bullet(index)}</span>
        <div>${h(Parts, { parts: item })}</div>
      </li>`,
    )}
  </ul>`;
}

function drawTable({ head, rows, align }: TablePart): JSX.Element {
  const cell = (tag: 'th' | 'td') => (nodes: readonly Inline[], column: number) =>
    h(tag, { class: `align-${align[column] ?? 'left'}` }, h(Inlines, { nodes }));
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="Table">
    <table class="table">
      <thead><tr>${head.map(cell('th'))}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map(cell('td'))}</tr>`)}</tbody>
    </table>
  </div>`;
}

function drawInline(node: Inline): JSX.Element | string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'break':
      return html`<br />`;
    case 'styled':
      return h(STYLE_TAGS[node.style], null, h(Inlines, { nodes: node.children }));
    case 'code':
      return html`<code class="code">${node.text}</code>`;
    case 'link':
      return h(Anchor, { href: node.href }, h(Inlines, { nodes: node.children }));
    case 'emoji':
      return html`<span class="emoji" role="img" aria-label=${spoken(node.name)} title=":${node.name}:">${node.glyph}</span>`;
    case 'date':
      return h(Moment, node);
    case 'broadcast':
      return html`<span class="mention mention-me">@${node.name}</span>`;
    default:
      return h(Mention, node);
  }
}

const spoken = (name: string): string => name.replaceAll('_', ' ');

/** A link that opens beside the playground and tells the other side nothing about it. */
export function Anchor({
  href,
  children,
}: {
  readonly href: string;
  readonly children?: unknown;
}): JSX.Element {
  return html`<a class="link" href=${href} target="_blank" rel="noopener noreferrer">${children}</a>`;
}

function Moment({ timestamp, format, fallback, href }: DateInline): JSX.Element {
  const reader = { locale: undefined, timeZone: undefined, now: Date.now() / 1000 };
  const shown = formatDate(timestamp, format, reader) || fallback;
  const time = html`<time datetime=${new Date(timestamp * 1000).toISOString()} title=${fallback}>${shown}</time>`;
  return href === undefined ? time : h(Anchor, { href }, time);
}

function Mention(mention: Extract<Inline, { kind: 'user' | 'channel' | 'group' }>): JSX.Element {
  const { kind, id, label } = mention;
  const directory = useDirectory();
  if (kind === 'channel') {
    const name = directory.channel(id)?.name ?? (label || id);
    return html`<button type="button" class="mention" onClick=${() => directory.openChannel(id)}>#${name}</button>`;
  }
  const person = kind === 'user' ? directory.person(id) : undefined;
  const group = kind === 'group' ? directory.group(id) : undefined;
  const name = (person?.name ?? group?.handle ?? (label || id)).replace(/^@/, '');
  const isMe = id === directory.me || group?.users.includes(directory.me) === true;
  return html`<span class=${isMe ? 'mention mention-me' : 'mention'} title=${person?.realName}>@${name}</span>`;
}
