/** @module rich_text blocks (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block) to the text tree. */
import { type Json, number, record, records, text } from '../json.ts';
import { emojiGlyph } from './emoji.ts';
import { safeHref } from './links.ts';
import type { Inline, Part, Style } from './tree.ts';

const STYLE_ORDER: readonly Style[] = ['strike', 'italic', 'bold'];

/** The elements of a rich_text block as parts. */
export function readRichText(elements: unknown): readonly Part[] {
  return records(elements).flatMap(readElement);
}

function readElement(element: Json): readonly Part[] {
  switch (element.type) {
    case 'rich_text_preformatted':
      return [{ kind: 'pre', text: records(element.elements).map(rawText).join('') }];
    case 'rich_text_quote':
      return [{ kind: 'quote', parts: [{ kind: 'paragraph', children: readInlines(element.elements) }] }];
    case 'rich_text_list':
      return [readList(element)];
    case 'rich_text_section':
      return [{ kind: 'paragraph', children: readInlines(element.elements) }];
    default:
      return [];
  }
}

function readList(element: Json): Part {
  return {
    kind: 'list',
    ordered: element.style === 'ordered',
    start: number(element.offset) + 1,
    indent: number(element.indent),
    items: records(element.elements).map(readElement),
  };
}

const rawText = (element: Json): string => text(element.text) || text(element.url);

function readInlines(elements: unknown): readonly Inline[] {
  return records(elements).flatMap((element) => readInline(element).map((node) => styled(node, element)));
}

function readInline(element: Json): readonly Inline[] {
  switch (element.type) {
    case 'text':
      return record(element.style).code === true
        ? [{ kind: 'code', text: text(element.text) }]
        : lines(text(element.text));
    case 'link':
      return [readLink(element)];
    case 'emoji':
      return [readEmoji(element)];
    case 'user':
      return [{ kind: 'user', id: text(element.user_id), label: '' }];
    case 'channel':
      return [{ kind: 'channel', id: text(element.channel_id), label: '' }];
    case 'usergroup':
      return [{ kind: 'group', id: text(element.usergroup_id), label: '' }];
    case 'broadcast':
      return [{ kind: 'broadcast', name: text(element.range) }];
    case 'date':
      return [readDate(element)];
    default:
      return lines(rawText(element));
  }
}

/** Text with its line breaks as nodes. */
function lines(source: string): readonly Inline[] {
  return source.split('\n').flatMap((line, index): readonly Inline[] => {
    const node: Inline = { kind: 'text', text: line };
    return index === 0 ? [node] : [{ kind: 'break' }, node];
  });
}

function readLink(element: Json): Inline {
  const address = text(element.url);
  const label: Inline = { kind: 'text', text: text(element.text) || address };
  const href = safeHref(address);
  return href === undefined ? label : { kind: 'link', href, children: [label] };
}

function readEmoji(element: Json): Inline {
  const name = text(element.name);
  const glyph = emojiGlyph(name);
  return glyph === undefined ? { kind: 'text', text: `:${name}:` } : { kind: 'emoji', name, glyph };
}

function readDate(element: Json): Inline {
  return {
    kind: 'date',
    timestamp: number(element.timestamp),
    format: text(element.format),
    fallback: text(element.fallback),
  };
}

function styled(node: Inline, element: Json): Inline {
  const style = record(element.style);
  return STYLE_ORDER.filter((name) => style[name] === true).reduce<Inline>(
    (inner, name) => ({ kind: 'styled', style: name, children: [inner] }),
    node,
  );
}
