import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../../../src/config/json-schema.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { referenceOf, referencePage } from '../../../src/config/reference.ts';

const EXAMPLE = 'manifests/examples/every-key.yaml';
const sections = referenceOf(configJsonSchema(), parse(readFileSync(EXAMPLE, 'utf8')));
const named = sections.flatMap(({ path, kind, keys }) =>
  keys.map((key) => ({ ...key, place: `${path}${kind === null ? '' : `(${kind})`}.${key.name}` })),
);

describe('docs/configuration-reference.md', () => {
  it('is what `npm run docs` writes', () => {
    expect(readFileSync('docs/configuration-reference.md', 'utf8')).toBe(referencePage(sections));
  });

  it('has an example of every key, all of them valid together', () => {
    expect(loadConfig(readFileSync(EXAMPLE))).toMatchObject({ ok: true });
    expect(named.length).toBeGreaterThan(300);
    expect(named.filter(({ example }) => example === null).map(({ place }) => place)).toEqual([]);
  });

  it('says of every key what it is', () => {
    const silent = named.filter(({ description }) => description === null);
    expect(silent.map(({ place }) => place)).toEqual([]);
  });
});
