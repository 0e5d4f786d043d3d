import { expect, test } from 'vitest';
import { parseMessageBlocks, parseView } from '../../../../src/playground/slack/block-kit/parse.ts';
import { isRefusal } from '../../../../src/playground/slack/refusal.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const long = (length: number) => 'x'.repeat(length);
const button = (over: object) => ({ type: 'button', text: plain('Go'), ...over });
const actions = (...elements: object[]) => ({ type: 'actions', block_id: 'a', elements });
const options = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ text: plain(`o${index}`), value: `${index}` }));

function problemsOf(...blocks: object[]): unknown {
  const parsed = parseMessageBlocks(blocks);
  return isRefusal(parsed) ? parsed.errors : [];
}

test.for([
  ['section', { type: 'section', text: { type: 'mrkdwn', text: long(3000) } }],
  ['fields', { type: 'section', fields: Array.from({ length: 10 }, () => plain(long(2000))) }],
  ['header', { type: 'header', text: plain(long(150)) }],
  ['actions', actions(...Array.from({ length: 25 }, () => button({})))],
  ['button', actions(button({ text: plain(long(75)), value: long(2000), action_id: long(255) }))],
  ['select', actions({ type: 'static_select', options: options(100) })],
  ['overflow', actions({ type: 'overflow', options: options(5) })],
  ['checkboxes', actions({ type: 'checkboxes', options: options(10) })],
  ['context', { type: 'context', elements: Array.from({ length: 10 }, () => plain('x')) }],
  ['image', { type: 'image', image_url: 'https://a.example/x.png', alt_text: 'x' }],
  ['divider', { type: 'divider' }],
  ['markdown', { type: 'markdown', text: '# x' }],
  ['table', { type: 'table', rows: [[{ type: 'raw_text', text: 'x' }]] }],
  [
    'rich text',
    { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'x' }] }] },
  ],
] as const)('a %s at its limits is taken', ([, block]) => {
  expect(problemsOf(block)).toEqual([]);
});

test.for([
  [
    'text too long',
    { type: 'section', text: plain(long(3001)) },
    'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'empty text',
    { type: 'section', text: plain('') },
    'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
  ],
  ['neither text nor fields', { type: 'section' }, 'must provide text or fields [json-pointer:/blocks/0]'],
  [
    'too many fields',
    { type: 'section', fields: Array.from({ length: 11 }, () => plain('x')) },
    'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
  ],
  [
    'long header',
    { type: 'header', text: plain(long(151)) },
    'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
  ],
  ['no text', { type: 'header' }, 'missing required field: text [json-pointer:/blocks/0]'],
  [
    'unknown property',
    { type: 'divider', colour: 'red' },
    'invalid additional property: colour [json-pointer:/blocks/0]',
  ],
  [
    'text that is a number',
    { type: 'section', text: { type: 'mrkdwn', text: 7 } },
    'must provide a string [json-pointer:/blocks/0/text/text]',
  ],
  [
    'too many elements',
    actions(...Array.from({ length: 26 }, () => button({}))),
    'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
  ],
  [
    'long button text',
    actions(button({ text: plain(long(76)) })),
    'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
  ],
  [
    'long action_id',
    actions(button({ action_id: long(256) })),
    'must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]',
  ],
  [
    'unknown style',
    actions(button({ style: 'loud' })),
    'must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]',
  ],
  [
    'an input element in actions',
    actions({ type: 'plain_text_input' }),
    'unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]',
  ],
  [
    'too many options',
    actions({ type: 'static_select', options: options(101) }),
    'no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]',
  ],
  [
    'an initial option that is none of them',
    actions({ type: 'static_select', options: options(2), initial_option: options(3)[2] }),
    'initial_option must match one of options [json-pointer:/blocks/0/elements/0]',
  ],
  [
    'a twin action_id',
    actions(button({ action_id: 'x' }), button({ action_id: 'x' })),
    'action_id "x" already exists for block_id "a" [json-pointer:/blocks/0/elements/1/action_id]',
  ],
] as const)('%s is refused with its place', ([, block, problem]) => {
  expect(problemsOf(block)).toEqual([problem]);
});

test('a message holds fifty blocks, one table, and no block_id twice', () => {
  const divider = { type: 'divider', block_id: 'd' };
  const table = { type: 'table', rows: [[{ type: 'raw_text', text: 'x' }]] };
  expect(problemsOf(...Array.from({ length: 51 }, () => ({ type: 'divider' })))).toEqual([
    'no more than 50 items allowed [json-pointer:/blocks]',
  ]);
  expect(problemsOf(table, table)).toEqual(['only one table allowed [json-pointer:/blocks]']);
  expect(problemsOf(divider, divider)).toEqual([
    'block_id "d" already exists [json-pointer:/blocks/1/block_id]',
  ]);
});

test('parts without an ID get one', () => {
  expect(parseMessageBlocks([{ type: 'actions', elements: [button({})] }])).toEqual([
    { type: 'actions', block_id: expect.any(String), elements: [button({ action_id: expect.any(String) })] },
  ]);
});

const input = { type: 'input', label: plain('x'), element: { type: 'plain_text_input' } };
const modal = { type: 'modal', title: plain('Deploy'), submit: plain('Go'), blocks: [input] };

test.for([
  [{ title: plain(long(25)) }, 'must be less than 25 characters [json-pointer:/view/title/text]'],
  [{ title: undefined }, 'missing required field: title [json-pointer:/view]'],
  [{ submit: undefined }, 'submit is required when the view has input blocks [json-pointer:/view/submit]'],
  [
    { private_metadata: long(3001) },
    'must be less than 3001 characters [json-pointer:/view/private_metadata]',
  ],
  [{ type: 'sheet' }, 'unsupported type: sheet [json-pointer:/view/type]'],
  [
    { blocks: [{ type: 'markdown', text: 'x' }] },
    'unsupported type: markdown [json-pointer:/view/blocks/0/type]',
  ],
  [
    { blocks: Array.from({ length: 101 }, () => ({ type: 'divider' })) },
    'no more than 100 items allowed [json-pointer:/view/blocks]',
  ],
] as const)('a view with %o is refused with its place', ([over, problem]) => {
  expect(parseView(modal)).not.toHaveProperty('error');
  expect(parseView({ ...modal, ...over })).toMatchObject({ error: 'invalid_arguments', errors: [problem] });
});
