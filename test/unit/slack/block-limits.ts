import type { KnownBlock } from '@slack/web-api';
import type { MessageContent } from '../../../src/slack/content.ts';

/** Slack's limits that a message breaks (https://docs.slack.dev/reference/block-kit/blocks). */
export function limitsBroken({ text, blocks }: MessageContent): readonly string[] {
  const all = blocks.flatMap(brokenIn);
  if (text.length < 1 || text.length > 4_000) all.push(`text has ${text.length} characters`);
  if (blocks.length < 1 || blocks.length > 50) all.push(`${blocks.length} blocks`);
  if (JSON.stringify(blocks).length > 16_000) all.push('blocks are too long in all');
  return all;
}

/** Everything that a reader of the blocks sees, and the markup between. */
export function wordsOf({ blocks }: MessageContent): string {
  return blocks.flatMap(textsIn).join('\n');
}

function brokenIn(block: KnownBlock): string[] {
  const limit = block.type === 'header' ? 150 : 3_000;
  const lengths = textsIn(block).map((text) => text.length);
  return lengths
    .filter((length) => length < 1 || length > limit)
    .map((length) => `a ${block.type} of ${length} characters`);
}

function textsIn(block: KnownBlock): readonly string[] {
  switch (block.type) {
    case 'header':
      return [block.text.text];
    case 'section':
      return block.text === undefined ? [] : [block.text.text];
    case 'context':
      return block.elements.flatMap((element) => ('text' in element ? [element.text] : []));
    case 'actions':
      return block.elements.flatMap((element) => (element.type === 'button' ? [element.text.text] : []));
    default:
      throw new Error(`no words are known of a ${block.type}`);
  }
}
