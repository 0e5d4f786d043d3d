/** @module A secondary attachment: content beside a bar of colour. */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { Picture } from '../blocks/picture.ts';
import { Blocks } from '../blocks/view.ts';
import type { Attachment } from '../model/message.ts';
import { Anchor, Inlines, Parts } from '../text/view.ts';

export function AttachmentView({ attachment }: { readonly attachment: Attachment }): JSX.Element {
  const { pretext, color, blocks } = attachment;
  return html`<div class="attachment">
    ${h(Parts, { parts: pretext })}
    <div class="attachment-box">
      <span class="attachment-bar" style=${{ backgroundColor: color }}></span>
      <div class="attachment-body">
        ${drawClassic(attachment)}
        ${h(Blocks, { blocks })}
      </div>
    </div>
  </div>`;
}

/** The members that attachments had before blocks, and that monitoring tools still send. */
function drawClassic({
  author,
  title,
  titleLink,
  text,
  fields,
  imageUrl,
  footer,
  fallback,
  blocks,
}: Attachment) {
  const heading = h(Inlines, { nodes: title });
  const isEmpty = blocks.length === 0 && title.length === 0 && text.length === 0 && fields.length === 0;
  return html`
    ${author && html`<p class="attachment-author">${author}</p>`}
    ${title.length > 0 && html`<p class="attachment-title">${titleLink === undefined ? heading : h(Anchor, { href: titleLink }, heading)}</p>`}
    ${h(Parts, { parts: text })}
    ${
      fields.length > 0 &&
      html`<div class="fields">
        ${fields.map(
          (field) => html`<div class="section-field ${field.short ? '' : 'field-wide'}">
            <strong>${field.title}</strong>
            ${h(Parts, { parts: field.value })}
          </div>`,
        )}
      </div>`
    }
    ${imageUrl && h(Picture, { address: imageUrl, alt: fallback, shape: 'picture' })}
    ${footer.length > 0 && html`<p class="attachment-footer">${h(Inlines, { nodes: footer })}</p>`}
    ${isEmpty && imageUrl === '' && fallback && html`<p class="paragraph">${fallback}</p>`}
  `;
}
