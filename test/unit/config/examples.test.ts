import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';

const examples = readdirSync('manifests/examples').filter((name) => name.endsWith('.yaml'));

it.each(examples)('the example %s is valid', (name) => {
  const loaded = loadConfig(readFileSync(`manifests/examples/${name}`));
  expect(loaded).toMatchObject({ ok: true });
});
