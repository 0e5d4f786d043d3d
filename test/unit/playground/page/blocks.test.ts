import { describe, expect, test } from 'vitest';
import { readBlocks } from '../../../../src/playground/page/blocks/block.ts';
import { type InteractiveElement, readElement } from '../../../../src/playground/page/blocks/element.ts';
import {
  choicesValue,
  initialValue,
  isEmptyValue,
  pickerValue,
  selectValue,
} from '../../../../src/playground/page/blocks/value.ts';
import { initialValues, missingInputs, setValue } from '../../../../src/playground/page/modal/values.ts';
import { readView } from '../../../../src/playground/page/modal/view.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const option = (value: string) => ({ text: plain(value.toUpperCase()), value });

function interactive(json: Record<string, unknown>): InteractiveElement {
  const element = readElement(json);
  if (element.kind === 'unknown' || element.kind === 'image')
    throw new Error(`not interactive: ${json.type}`);
  return element;
}

describe('blocks', () => {
  test('each block of Block Kit has a form on the page', () => {
    const blocks = readBlocks([
      { type: 'header', text: plain('H') },
      {
        type: 'section',
        text: { type: 'mrkdwn', text: '*a*' },
        fields: [plain('f')],
        accessory: { type: 'button' },
      },
      { type: 'context', elements: [plain('c'), { type: 'image', image_url: '/x.png', alt_text: 'x' }] },
      { type: 'divider' },
      { type: 'actions', block_id: 'b', elements: [{ type: 'button', action_id: 'a' }] },
      { type: 'image', image_url: '/x.png', alt_text: 'x', title: plain('T') },
      { type: 'rich_text', elements: [] },
      { type: 'markdown', text: '**a**' },
      {
        type: 'table',
        rows: [[{ type: 'raw_text', text: 'a' }]],
        column_settings: [null, { align: 'right' }],
      },
      {
        type: 'input',
        block_id: 'i',
        label: plain('L'),
        element: { type: 'plain_text_input', action_id: 'a' },
      },
    ]);
    const kinds = [
      'header',
      'section',
      'context',
      'divider',
      'actions',
      'image',
      'parts',
      'parts',
      'table',
      'input',
    ];
    expect(blocks.map((block) => block.kind)).toEqual(kinds);
    expect(blocks[8]).toMatchObject({ columns: [{ align: 'left' }, { align: 'right', wrapped: false }] });
  });

  test('a block of an unknown type is named, not dropped', () => {
    expect(readBlocks([{ type: 'hologram' }])).toEqual([{ kind: 'unknown', type: 'hologram' }]);
  });

  test('an input around something that holds no value is named, not drawn', () => {
    expect(readBlocks([{ type: 'input', element: { type: 'mystery' } }])).toMatchObject([
      { kind: 'unknown' },
    ]);
  });

  test.each([[undefined], ['x'], [[null, 1, []]]])('blocks that are none do no harm: %j', (blocks) => {
    expect(readBlocks(blocks)).toEqual([]);
  });
});

describe('elements', () => {
  test('a button has its words, style, confirmation and a safe address only', () => {
    const button = readElement({
      type: 'button',
      action_id: 'a',
      text: plain('Go :rocket:'),
      value: 'v',
      style: 'danger',
      url: 'javascript:alert(1)',
      confirm: { title: plain('Sure?'), text: plain('Really'), confirm: plain('Yes'), deny: plain('No') },
    });
    expect(button).toMatchObject({ kind: 'button', style: 'danger', url: undefined, value: 'v' });
    expect(button).toMatchObject({ confirm: { title: 'Sure?', confirm: 'Yes', deny: 'No', danger: false } });
  });

  test('a style that does not exist is the default', () => {
    expect(readElement({ type: 'button', style: 'glitter' })).toMatchObject({ style: 'default' });
  });

  test('option groups keep their labels', () => {
    const select = readElement({
      type: 'static_select',
      option_groups: [{ label: plain('G'), options: [option('a')] }],
    });
    expect(select).toMatchObject({ groups: [{ label: 'G', options: [{ text: 'A', value: 'a' }] }] });
  });

  test('an external select wants three letters unless it says otherwise', () => {
    expect(readElement({ type: 'external_select' })).toMatchObject({ minQueryLength: 3 });
    expect(readElement({ type: 'external_select', min_query_length: 0 })).toMatchObject({
      minQueryLength: 0,
    });
  });
});

describe('values, in the shape that Slack sends', () => {
  const select = interactive({
    type: 'static_select',
    options: [option('a'), option('b')],
    initial_option: option('b'),
  });
  const boxes = interactive({
    type: 'checkboxes',
    options: [option('a'), option('b')],
    initial_options: [option('a')],
  });

  test.each([
    [
      { type: 'plain_text_input', initial_value: 'x' },
      { type: 'plain_text_input', value: 'x' },
    ],
    [{ type: 'plain_text_input' }, { type: 'plain_text_input', value: null }],
    [
      { type: 'users_select', initial_user: 'U1' },
      { type: 'users_select', selected_user: 'U1' },
    ],
    [
      { type: 'datepicker', initial_date: '2025-03-04' },
      { type: 'datepicker', selected_date: '2025-03-04' },
    ],
    [{ type: 'timepicker' }, { type: 'timepicker', selected_time: null }],
    [
      { type: 'datetimepicker', initial_date_time: 1e9 },
      { type: 'datetimepicker', selected_date_time: 1e9 },
    ],
    [
      { type: 'external_select', initial_option: option('a') },
      { type: 'external_select', selected_option: option('a') },
    ],
    [
      { type: 'radio_buttons', options: [option('a')] },
      { type: 'radio_buttons', selected_option: null },
    ],
  ])('untouched, %j is %j', (json, value) => {
    expect(initialValue(interactive(json))).toEqual(value);
  });

  test('a choice goes back to the app as it came', () => {
    expect(initialValue(select)).toEqual({ type: 'static_select', selected_option: option('b') });
    if (select.kind !== 'select' || boxes.kind !== 'choices') throw new Error('wrong kinds');
    expect(selectValue(select, 'a')).toEqual({ type: 'static_select', selected_option: option('a') });
    expect(selectValue(select, 'nonsense')).toEqual({ type: 'static_select', selected_option: null });
    expect(choicesValue(boxes, ['b', 'a'])).toMatchObject({ selected_options: [option('a'), option('b')] });
  });

  test('buttons and menus hold nothing', () => {
    expect(initialValue(interactive({ type: 'button' }))).toBeUndefined();
    expect(initialValue(interactive({ type: 'overflow' }))).toBeUndefined();
  });

  test('a picker that was cleared is null', () => {
    const picker = interactive({ type: 'datetimepicker' });
    if (picker.kind !== 'picker') throw new Error('wrong kind');
    expect(isEmptyValue(pickerValue(picker, ''))).toBe(true);
    expect(pickerValue(picker, '1700000000')).toEqual({
      type: 'datetimepicker',
      selected_date_time: 1_700_000_000,
    });
  });
});

describe('views', () => {
  const input = (block_id: string, element: Record<string, unknown>, optional = false) => ({
    type: 'input',
    block_id,
    optional,
    label: plain(block_id),
    element: { action_id: 'value', ...element },
  });
  const view = readView({
    id: 'V1',
    title: plain('Deploy'),
    blocks: [
      input('version', { type: 'plain_text_input' }),
      input('options', { type: 'checkboxes', options: [option('dry')] }),
      input('reason', { type: 'plain_text_input' }, true),
    ],
  });

  test('a view with inputs can be submitted even if it does not say how', () => {
    expect(view).toMatchObject({ id: 'V1', title: 'Deploy', submit: 'Submit', close: 'Cancel' });
    expect(readView({ blocks: [] }).submit).toBe('');
  });

  test('required inputs that are empty are missing, optional ones are not', () => {
    const values = initialValues(view.blocks);
    expect(Object.keys(missingInputs(view.blocks, values))).toEqual(['version', 'options']);
    const filled = setValue(values, {
      block: 'version',
      action: 'value',
      value: { type: 'plain_text_input', value: 'v1' },
    });
    expect(Object.keys(missingInputs(view.blocks, filled))).toEqual(['options']);
  });
});
