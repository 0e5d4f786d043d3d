import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Access, COVERAGE } from '../../../../src/playground/slack/methods/coverage.ts';
import { METHODS } from '../../../../src/playground/slack/methods/registry.ts';

const DOCUMENT = new URL('../../../../src/playground/slack/COVERAGE.md', import.meta.url);

function row([name, { callers, scopes, tier }]: [string, Access]): string {
  const needs = scopes.map((scope) => `\`${scope}\``).join(' or ') || '–';
  return `| \`${name}\` | ${callers.join(', ')} | ${needs} | ${tier} |`;
}

test('every method of the coverage table is registered, and nothing else', () => {
  expect(Object.keys(METHODS).sort()).toEqual(Object.keys(COVERAGE).sort());
});

test('the document lists every method with who may call it, its scopes and its rate', () => {
  const document = readFileSync(DOCUMENT, 'utf8').replace(/ +/g, ' ');
  const rows = document.split('\n').filter((line) => /^\| `[a-z]+\./i.test(line));
  expect(rows).toEqual(Object.entries<Access>(COVERAGE).map(row));
});
