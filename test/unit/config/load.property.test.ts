import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { damaged } from '../../support/yaml-damage.ts';

const sound = readFileSync('manifests/examples/king-jam.yaml', 'utf8');

describe('the config loader', () => {
  it('answers whatever the text is: a config, or problems that all have a message', () => {
    const property = fc.property(damaged(fc.constant(sound), 4), (text) => {
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
