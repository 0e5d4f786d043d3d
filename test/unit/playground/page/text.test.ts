import { describe, expect, test } from 'vitest';
import { formatDate } from '../../../../src/playground/page/text/dates.ts';
import { emojiGlyph, emojiNames } from '../../../../src/playground/page/text/emoji.ts';
import { escapeSlack, safeHref, unescapeSlack } from '../../../../src/playground/page/text/links.ts';
import { parseMarkdown } from '../../../../src/playground/page/text/markdown.ts';
import { readRichText } from '../../../../src/playground/page/text/rich-text.ts';
import { plainText } from '../../../../src/playground/page/text/tree.ts';

describe('dates', () => {
  const noon = Date.UTC(2025, 2, 4, 12) / 1000;
  const reader = { locale: 'en-GB', timeZone: 'UTC', now: noon };

  test.each([
    [noon, '{date_num}', '2025-03-04'],
    [noon, '{date_slash}', '04/03/2025'],
    [noon, '{date}', '4 March 2025'],
    [noon, '{date_short}', '4 Mar 2025'],
    [noon, '{time}', '12:00'],
    [noon, '{time_secs}', '12:00:00'],
    [noon, '{date_pretty}', 'today'],
    [noon - 86_400, '{date_short_pretty}', 'yesterday'],
    [noon + 86_400, '{date_long_pretty} at {time}', 'tomorrow at 12:00'],
    [noon - 7 * 86_400, '{date_pretty}', '25 February 2025'],
    [noon - 120, '{ago}', '2 minutes ago'],
    [noon + 7200, '{ago}', 'in 2 hours'],
    [noon, '{nonsense}', '{nonsense}'],
    [noon, '{constructor}', '{constructor}'],
  ])('%i as %s is %s', (timestamp, format, shown) => {
    expect(formatDate(timestamp, format, reader)).toBe(shown);
  });

  test('the day is that of the reader', () => {
    expect(formatDate(noon, '{date_num}', { ...reader, timeZone: 'Pacific/Kiritimati' })).toBe('2025-03-05');
  });
});

describe('emoji', () => {
  test.each([
    ['white_check_mark', '✅'],
    ['no_entry', '⛔'],
    ['+1', '👍'],
    ['thumbsup::skin-tone-4', '👍🏽'],
    ['rocket', '🚀'],
  ])('%s is %s', (name, glyph) => {
    expect(emojiGlyph(name)).toBe(glyph);
  });

  test('an unknown name has no glyph', () => {
    expect(emojiGlyph('no_such_thing')).toBeUndefined();
    expect(emojiGlyph('')).toBeUndefined();
  });

  test('every name has exactly one glyph that is not a letter', () => {
    for (const name of emojiNames('')) expect(emojiGlyph(name), name).toMatch(/^[^a-z:|,\s]+$/);
  });

  test('names are found by how they begin', () => {
    expect(emojiNames('white_check')).toEqual(['white_check_mark']);
  });
});

describe('links and escaping', () => {
  test('what is escaped comes back as it was', () => {
    expect(unescapeSlack(escapeSlack('<a> & &lt;b&gt;'))).toBe('<a> & &lt;b&gt;');
  });

  test('addresses without a host or protocol are refused', () => {
    expect([safeHref('/relative'), safeHref(''), safeHref('javascript:x'), safeHref('x')]).toEqual(
      Array(4).fill(undefined),
    );
  });
});

describe('rich text', () => {
  test('sections, lists, quotes and code become parts', () => {
    const section = (text: string) => ({ type: 'rich_text_section', elements: [{ type: 'text', text }] });
    const parts = readRichText([
      section('a\nb'),
      { type: 'rich_text_list', style: 'ordered', indent: 1, elements: [section('one'), section('two')] },
      { type: 'rich_text_quote', elements: [{ type: 'text', text: 'q' }] },
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text: '<b>' }] },
    ]);
    expect(parts.map((part) => part.kind)).toEqual(['paragraph', 'list', 'quote', 'pre']);
    expect(parts[1]).toMatchObject({ ordered: true, indent: 1, items: [{}, {}] });
    expect(parts[3]).toEqual({ kind: 'pre', text: '<b>' });
  });

  test('styles combine, and unsafe links lose their address', () => {
    const elements = [
      { type: 'text', text: 'x', style: { bold: true, italic: true } },
      { type: 'link', url: 'javascript:alert(1)', text: 'y' },
      { type: 'emoji', name: 'tada' },
    ];
    const [paragraph] = readRichText([{ type: 'rich_text_section', elements }]);
    expect(paragraph).toMatchObject({
      children: [
        { kind: 'styled', style: 'bold', children: [{ kind: 'styled', style: 'italic' }] },
        { kind: 'text', text: 'y' },
        { kind: 'emoji', glyph: '🎉' },
      ],
    });
  });

  test.each([
    [undefined],
    [null],
    ['x'],
    [[1, null, {}]],
    [[{ type: 'rich_text_section' }]],
  ])('elements that are none do no harm: %j', (elements) => {
    expect(() => readRichText(elements)).not.toThrow();
  });
});

describe('Markdown', () => {
  test('headings, emphasis, lists, tables and code become parts', () => {
    const parts = parseMarkdown(
      '# H\n\n**b** _i_ ~~s~~ `c`\n\n- one\n- [x] two\n\n| a | b |\n|--|-:|\n| 1 | 2 |\n\n```js\nx\n```\n\n> q\n\n---',
    );
    expect(parts.map((part) => part.kind)).toEqual([
      'heading',
      'paragraph',
      'list',
      'table',
      'pre',
      'quote',
      'rule',
    ]);
    expect(parts[3]).toMatchObject({ align: ['left', 'right'] });
  });

  test('HTML is shown, not obeyed', () => {
    const [paragraph] = parseMarkdown('a <img src=x onerror=alert(1)> b');
    const shown = paragraph?.kind === 'paragraph' ? plainText(paragraph.children) : '';
    expect(shown).toBe('a <img src=x onerror=alert(1)> b');
  });

  test('a link to a script is its words only', () => {
    expect(JSON.stringify(parseMarkdown('[x](javascript:alert(1))'))).not.toContain('link');
  });
});
