import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMarkdown } from '../../../../src/playground/page/text/markdown.ts';
import { parseMrkdwn } from '../../../../src/playground/page/text/mrkdwn.ts';
import type { Inline, Part } from '../../../../src/playground/page/text/tree.ts';

const PIECES = [
  '*',
  '_',
  '~',
  '`',
  '```',
  '<',
  '>',
  '|',
  '&lt;',
  '&amp;',
  '@U1',
  '!date^',
  '^',
  ':x:',
  '\n',
  ' ',
];
const SCHEMES = [
  'javascript:',
  'data:',
  'https://',
  '//',
  'java\nscript:',
  '[',
  '](',
  ')',
  '#',
  '- ',
  'a',
  'é',
  '😀',
];
const hostile = fc
  .array(fc.constantFrom(...PIECES, ...SCHEMES), { maxLength: 60 })
  .map((all) => all.join(''));

function inlines(parts: readonly Part[]): readonly Inline[] {
  return parts.flatMap((part): readonly Inline[] => {
    if (part.kind === 'paragraph' || part.kind === 'heading') return part.children.flatMap(deep);
    if (part.kind === 'quote') return inlines(part.parts);
    if (part.kind === 'list') return part.items.flatMap(inlines);
    if (part.kind === 'table') return [...part.head, ...part.rows.flat()].flat().flatMap(deep);
    return [];
  });
}

function deep(node: Inline): readonly Inline[] {
  return node.kind === 'styled' || node.kind === 'link' ? [node, ...node.children.flatMap(deep)] : [node];
}

test.each([
  ['mrkdwn', parseMrkdwn],
  ['Markdown', parseMarkdown],
])('%s of any text is parsed, and each link in it is safe to follow', (_name, parse) => {
  fc.assert(
    fc.property(hostile, (source) => {
      for (const node of inlines(parse(source))) {
        if (node.kind === 'link') expect(node.href).toMatch(/^(https?|mailto|tel):/);
      }
    }),
    { numRuns: 5000 },
  );
});

test('mrkdwn keeps every letter that is not markup', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z *_~`\n]{0,80}$/), (source) => {
      const letters = (words: string): string => words.replace(/[^a-z]/g, '');
      expect(letters(JSON.stringify(wordsOf(parseMrkdwn(source))))).toBe(letters(source));
    }),
    { numRuns: 5000 },
  );
});

function wordsOf(parts: readonly Part[]): readonly string[] {
  const code = parts.flatMap((part) => (part.kind === 'pre' ? [part.text] : []));
  const rest = inlines(parts).flatMap((node) =>
    node.kind === 'text' || node.kind === 'code' ? [node.text] : [],
  );
  return parts.length > 0 && code.length > 0 ? inOrder(parts) : rest;
}

function inOrder(parts: readonly Part[]): readonly string[] {
  return parts.flatMap((part) => (part.kind === 'pre' ? [part.text] : wordsOf([part])));
}

test.each([
  '*a ',
  '*_',
  '<',
  '`',
  '*`<',
  '>',
  '- ',
  '[',
  '![a](',
  '**_',
  '|a',
])('a message of nothing but %j is parsed, too', (piece) => {
  const source = piece.repeat(Math.floor(12_000 / piece.length));
  expect(parseMrkdwn(source).length).toBeGreaterThan(0);
  expect(parseMarkdown(source).length).toBeGreaterThan(0);
});
