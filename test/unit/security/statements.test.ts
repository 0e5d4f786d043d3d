import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** What may be put together in a statement: clauses and numbers of our own, by their names, and escaped names. */
const OWN = /^\$\{(?:[A-Z][A-Z_]*(?:\.\w+)?|client\.escapeIdentifier\([A-Z]+\))\}$/;
const STATEMENT = /(?:\bquery(?:<[^`]*?>)?\(|\btext:)\s*`[^`]*`/g;

it('of SQL hold no value of ours or others', () => {
  const statements = globSync('src/**/*.ts')
    .map((file) => ({ file, source: readFileSync(file, 'utf8') }))
    .filter(({ source }) => /from '(pg|[./\w-]*\/database\.ts)'/.test(source))
    .flatMap(({ file, source }) => source.match(STATEMENT)?.map((text) => ({ file, text })) ?? []);
  expect(statements.length).toBeGreaterThan(20);
  const filled = statements.flatMap(({ file, text }) =>
    (text.match(/\$\{[^}]*\}/g) ?? []).filter((part) => !OWN.test(part)).map((part) => `${file}: ${part}`),
  );
  expect(filled).toEqual([]);
});
