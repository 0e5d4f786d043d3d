import { describe, expect, test } from 'vitest';
import { parseInline, parseMrkdwn, parsePlain } from '../../../../src/playground/page/text/mrkdwn.ts';
import type { Inline } from '../../../../src/playground/page/text/tree.ts';

const text = (words: string): Inline => ({ kind: 'text', text: words });
const bold = (...children: Inline[]): Inline => ({ kind: 'styled', style: 'bold', children });
const italic = (...children: Inline[]): Inline => ({ kind: 'styled', style: 'italic', children });

describe('mrkdwn within a line', () => {
  test('bold, italic, strike and code are what their markers say', () => {
    expect(parseInline('*b* _i_ ~s~ `c`')).toEqual([
      bold(text('b')),
      text(' '),
      italic(text('i')),
      text(' '),
      { kind: 'styled', style: 'strike', children: [text('s')] },
      text(' '),
      { kind: 'code', text: 'c' },
    ]);
  });

  test('styles nest', () => {
    expect(parseInline('*a _b_*')).toEqual([bold(text('a '), italic(text('b')))]);
  });

  test.each([
    'snake_case_name',
    '2 * 3 * 4',
    '*',
    '**',
    '* a*',
    '*a *',
    'a*b*c',
    '`',
    '``',
    '~',
    '_',
    '*a\nb*',
  ])('markers that mark nothing stay text: %j', (source) => {
    const shown = parseInline(source).map((node) => (node.kind === 'text' ? node.text : '\n'));
    expect(shown.join('')).toBe(source);
  });

  test('nothing within code is markup', () => {
    expect(parseInline('`*a* <@U1> :x:`')).toEqual([{ kind: 'code', text: '*a* <@U1> :x:' }]);
  });

  test('a marker within a link or code does not close a style', () => {
    expect(parseInline('*see <https://a.b/*|x*> `*` end*')).toMatchObject([
      { kind: 'styled', style: 'bold' },
    ]);
  });

  test('people, channels, groups and broadcasts are mentions', () => {
    expect(parseInline('<@U1><@U1|ana><#C1|deploys><!subteam^S1|@rel><!here>')).toEqual([
      { kind: 'user', id: 'U1', label: '' },
      { kind: 'user', id: 'U1', label: 'ana' },
      { kind: 'channel', id: 'C1', label: 'deploys' },
      { kind: 'group', id: 'S1', label: '@rel' },
      { kind: 'broadcast', name: 'here' },
    ]);
  });

  test('dates carry their time, format, fallback and link', () => {
    expect(parseInline('<!date^1700000000^{date} at {time}^https://a.b/|then>')).toEqual([
      {
        kind: 'date',
        timestamp: 1_700_000_000,
        format: '{date} at {time}',
        fallback: 'then',
        href: 'https://a.b/',
      },
    ]);
  });

  test('a date that is none is its fallback', () => {
    expect(parseInline('<!date^soon^{date}|then>')).toEqual([text('then')]);
  });

  test('known emoji names are emoji, others and times of day stay text', () => {
    expect(parseInline(':white_check_mark: :nope: 10:30:45')).toEqual([
      { kind: 'emoji', name: 'white_check_mark', glyph: '✅' },
      text(' :nope: 10:30:45'),
    ]);
  });

  test('a bare address is a link without the full stop after it', () => {
    expect(parseInline('see https://a.b/c?d=1&amp;e=2.')).toEqual([
      text('see '),
      { kind: 'link', href: 'https://a.b/c?d=1&e=2', children: [text('https://a.b/c?d=1&e=2')] },
      text('.'),
    ]);
  });
});

describe('text that would like to be markup', () => {
  test('tags stay text, written plainly or escaped', () => {
    expect(parseInline('a <script>alert(1)</script>')[1]).toEqual(text('<script>'));
    expect(parseInline('&lt;script&gt;')).toEqual([text('<script>')]);
  });

  test('escapes are undone once only', () => {
    expect(parseInline('&amp;lt;b&amp;gt;')).toEqual([text('&lt;b&gt;')]);
  });

  test.each([
    '<javascript:alert(1)|click>',
    '<JavaScript:alert(1)|click>',
    '< javascript:alert(1)|click>',
    '<data:text/html,x|click>',
    '<vbscript:x|click>',
    '<file:///etc/passwd|click>',
    '<java\tscript:alert(1)|click>',
    '<//evil.example|click>',
  ])('%s is no link', (source) => {
    const nodes = parseInline(source);
    expect(nodes.some((node) => node.kind === 'link')).toBe(false);
    expect(JSON.stringify(nodes)).toContain('click');
  });

  test('a token that never closes stays text', () => {
    expect(parseInline('a <@U1 b')).toEqual([text('a <@U1 b')]);
  });
});

describe('mrkdwn over lines', () => {
  test('fenced code keeps its lines and is not parsed', () => {
    expect(parseMrkdwn('before\n```\n*a*\n  &lt;b&gt;\n```\nafter')).toEqual([
      { kind: 'paragraph', children: [text('before')] },
      { kind: 'pre', text: '*a*\n  <b>' },
      { kind: 'paragraph', children: [text('after')] },
    ]);
  });

  test('lines that begin with an escaped or plain > are one quote', () => {
    expect(parseMrkdwn('&gt; a\n> b\nc')).toEqual([
      { kind: 'quote', parts: [{ kind: 'paragraph', children: [text('a'), { kind: 'break' }, text('b')] }] },
      { kind: 'paragraph', children: [text('c')] },
    ]);
  });

  test('empty text has no parts', () => {
    expect(parseMrkdwn('')).toEqual([]);
  });
});

describe('plain text', () => {
  test('knows emoji and nothing else', () => {
    expect(parsePlain('*a* :x: <@U1>')).toEqual([
      text('*a* '),
      { kind: 'emoji', name: 'x', glyph: '❌' },
      text(' <@U1>'),
    ]);
  });

  test('knows no emoji when told so', () => {
    expect(parsePlain(':x:', false)).toEqual([text(':x:')]);
  });
});
