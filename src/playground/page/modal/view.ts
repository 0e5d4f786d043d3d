/** @module A modal view (https://docs.slack.dev/reference/views/modal-views) as the page draws it. */
import { type Block, readBlocks } from '../blocks/block.ts';
import { readTextObject } from '../blocks/text-object.ts';
import { record, text } from '../json.ts';

export interface View {
  readonly id: string;
  readonly title: string;
  /** The submit button's words; '' if the view has none. */
  readonly submit: string;
  readonly close: string;
  /** Whether closing it closes the views below it, too. */
  readonly clearsOnClose: boolean;
  readonly blocks: readonly Block[];
}

/** Slack's view JSON. A view with inputs has a submit button even if it does not word one. */
export function readView(json: unknown): View {
  const raw = record(json);
  const blocks = readBlocks(raw.blocks);
  const hasInputs = blocks.some((block) => block.kind === 'input');
  return {
    id: text(raw.id),
    title: readTextObject(raw.title),
    submit: readTextObject(raw.submit) || (hasInputs ? 'Submit' : ''),
    close: readTextObject(raw.close) || 'Cancel',
    clearsOnClose: raw.clear_on_close === true,
    blocks,
  };
}
