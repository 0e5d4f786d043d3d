import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../../src/config/json-schema.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { readSettings } from '../../../src/config/settings.ts';

const page = readFileSync('docs/configuration.md', 'utf8');

/** Every key that a schema has, at any depth. */
function keysOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, part]) =>
    name === 'properties' && typeof part === 'object' && part !== null
      ? [...Object.keys(part), ...Object.values(part).flatMap(keysOf)]
      : keysOf(part),
  );
}

describe('docs/configuration.md', () => {
  it('explains every key, in a row with an example or under a heading of its own', () => {
    const explained = [...page.matchAll(/^(?:\| ((?:`\w+`(?:, )?)+) \||## `(\w+)`)/gm)]
      .flatMap(([, row = '', heading = '']) => [...row.split(', '), heading])
      .map((key) => key.replaceAll('`', ''));
    expect([...new Set(keysOf(configJsonSchema()))].filter((key) => !explained.includes(key))).toEqual([]);
  });

  it('shows a config that is valid', () => {
    const [, whole = ''] = /## The whole of it\n\n```yaml\n([^`]*)```/.exec(page) ?? [];
    expect(loadConfig(new TextEncoder().encode(whole))).toMatchObject({ ok: true });
  });

  it('explains every variable that is read', () => {
    const asked = new Set<string>();
    const env = new Proxy<Record<string, string>>(
      {},
      {
        get: (_, name) => {
          asked.add(String(name));
          return undefined;
        },
      },
    );
    readSettings({ env, readFile: () => '' });
    const variables = [...asked].filter((name) => !name.endsWith('_FILE'));
    expect(variables.length).toBeGreaterThan(8);
    expect(variables.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  });
});
