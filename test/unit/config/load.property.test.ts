import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';

const sound = readFileSync('manifests/examples/king-jam.yaml', 'utf8');

/** One place of the text cut out, doubled, or overwritten with something that YAML takes notice of. */
const damage = fc
  .record({
    at: fc.nat({ max: sound.length }),
    length: fc.nat({ max: 30 }),
    instead: fc.oneof(
      fc.constantFrom(
        '',
        '\t',
        '*a',
        '&a ',
        '{',
        ']',
        '- ',
        ': ',
        '"',
        '#',
        '~',
        '!!binary ',
        '<<: ',
        '__proto__: 1',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
  })
  .map(
    ({ at, length, instead }) =>
      (text: string) =>
        text.slice(0, at) + instead + text.slice(at + length),
  );

describe('the config loader', () => {
  it('answers whatever the text is: a config, or problems that all have a message', () => {
    const property = fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
      const text = damages.reduce((damaged, apply) => apply(damaged), sound);
      const loaded = loadConfig(new TextEncoder().encode(text));
      if (loaded.ok) return;
      expect(loaded.errors.length).toBeGreaterThan(0);
      for (const { message, line } of loaded.errors) {
        expect(message).not.toBe('');
        expect(line === null || line <= text.split('\n').length).toBe(true);
      }
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('answers whatever the bytes are', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(loadConfig(bytes).ok).toBe(false);
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});
