/** @module Block Kit's blocks, as the page draws them (https://docs.slack.dev/reference/block-kit/blocks). */
import { type Json, record, records, text } from '../json.ts';
import { parseMarkdown } from '../text/markdown.ts';
import { parsePlain } from '../text/mrkdwn.ts';
import { readRichText } from '../text/rich-text.ts';
import type { Align, Inline, Part } from '../text/tree.ts';
import {
  type Element,
  type ImageElement,
  type InteractiveElement,
  imageAddress,
  readElement,
} from './element.ts';
import { readTextObject, readTextParts } from './text-object.ts';

export interface SectionBlock {
  readonly kind: 'section';
  readonly id: string;
  readonly text: readonly Part[];
  readonly fields: readonly (readonly Part[])[];
  readonly accessory: Element | undefined;
}

export type ContextItem = ImageElement | { readonly kind: 'text'; readonly parts: readonly Part[] };

export interface TableBlock {
  readonly kind: 'table';
  readonly rows: readonly (readonly (readonly Part[])[])[];
  readonly columns: readonly { readonly align: Align; readonly wrapped: boolean }[];
}

export interface InputBlock {
  readonly kind: 'input';
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly optional: boolean;
  readonly dispatch: boolean;
  readonly element: InteractiveElement;
}

export type Block =
  | SectionBlock
  | TableBlock
  | InputBlock
  | { readonly kind: 'header'; readonly children: readonly Inline[] }
  | { readonly kind: 'context'; readonly items: readonly ContextItem[] }
  | { readonly kind: 'divider' }
  | { readonly kind: 'actions'; readonly id: string; readonly elements: readonly Element[] }
  | { readonly kind: 'image'; readonly image: ImageElement; readonly title: string }
  | { readonly kind: 'parts'; readonly parts: readonly Part[] }
  | { readonly kind: 'unknown'; readonly type: string };

/** A message's or view's `blocks`. A block of a type that the page does not know is kept as `unknown`. */
export function readBlocks(blocks: unknown): readonly Block[] {
  return records(blocks).map(readBlock);
}

function readBlock(block: Json): Block {
  const id = text(block.block_id);
  switch (block.type) {
    case 'header':
      return { kind: 'header', children: parsePlain(text(record(block.text).text)) };
    case 'section':
      return readSection(block, id);
    case 'context':
      return { kind: 'context', items: records(block.elements).map(readContextItem) };
    case 'divider':
      return { kind: 'divider' };
    case 'actions':
      return { kind: 'actions', id, elements: records(block.elements).map(readElement) };
    case 'image':
      return readImage(block);
    case 'rich_text':
      return { kind: 'parts', parts: readRichText(block.elements) };
    case 'markdown':
      return { kind: 'parts', parts: parseMarkdown(text(block.text)) };
    case 'table':
      return readTable(block);
    case 'input':
      return readInput(block, id);
    default:
      return { kind: 'unknown', type: text(block.type) };
  }
}

function readSection(block: Json, id: string): SectionBlock {
  return {
    kind: 'section',
    id,
    text: readTextParts(block.text),
    fields: records(block.fields).map(readTextParts),
    accessory: block.accessory === undefined ? undefined : readElement(record(block.accessory)),
  };
}

function readContextItem(item: Json): ContextItem {
  if (item.type === 'image') return { kind: 'image', url: imageAddress(item), alt: text(item.alt_text) };
  return { kind: 'text', parts: readTextParts(item) };
}

function readImage(block: Json): Block {
  const image: ImageElement = { kind: 'image', url: imageAddress(block), alt: text(block.alt_text) };
  return { kind: 'image', image, title: readTextObject(block.title) };
}

function readTable(block: Json): TableBlock {
  const columns = Array.isArray(block.column_settings) ? block.column_settings.map(record) : [];
  return {
    kind: 'table',
    rows: (Array.isArray(block.rows) ? block.rows : []).map((row) => records(row).map(readCell)),
    columns: columns.map((column) => ({
      align: readAlign(column.align),
      wrapped: column.is_wrapped === true,
    })),
  };
}

function readCell(cell: Json): readonly Part[] {
  if (cell.type === 'rich_text') return readRichText(cell.elements);
  return [{ kind: 'paragraph', children: parsePlain(text(cell.text)) }];
}

function readAlign(align: unknown): Align {
  return align === 'center' || align === 'right' ? align : 'left';
}

function readInput(block: Json, id: string): Block {
  const element = readElement(record(block.element));
  if (element.kind === 'unknown' || element.kind === 'image')
    return { kind: 'unknown', type: `input: ${element.kind}` };
  return {
    kind: 'input',
    id,
    label: readTextObject(block.label),
    hint: readTextObject(block.hint),
    optional: block.optional === true,
    dispatch: block.dispatch_action === true,
    element,
  };
}
