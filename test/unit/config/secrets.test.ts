import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../../../src/config/load.ts';

const PASSWORD = 'hunter2canary';
const HOLDS = 'this address holds a password, and a config holds no secrets';

/** King Jam's config with more in its production of `api`. */
function problemsWith(more: object) {
  const config = parse(readFileSync('manifests/examples/king-jam.yaml', 'utf8'));
  Object.assign(config.services.api.environments.production, more);
  const loaded = loadConfig(new TextEncoder().encode(stringify(config)));
  return loaded.ok ? [] : loaded.errors;
}

describe('a password in the config', () => {
  it.each([
    ['of a check', { verify: [{ http: `https://me:${PASSWORD}@api.example/health` }] }],
    ['alone in an address', { verify: [{ http: `https://${PASSWORD}@api.example/health` }] }],
    ['in what is sent', { verify: [{ http: '/x', post: { database: `postgres://me:${PASSWORD}@db/x` } }] }],
  ])('%s is refused, and not repeated', (_where, more) => {
    const errors = problemsWith(more);
    expect(errors.map(({ message }) => message)).toContain(HOLDS);
    expect(JSON.stringify(errors)).not.toContain(PASSWORD);
  });

  it('is not repeated where the address is wrong in another way too', () => {
    const errors = problemsWith({ verify: [{ http: `ftp://me:${PASSWORD}@api.example/health` }] });
    expect(errors).toHaveLength(1);
    expect(JSON.stringify(errors)).not.toContain(PASSWORD);
  });

  it('is not repeated where a token stands for something else', () => {
    const errors = problemsWith({
      watch: 'xoxb-0123456789-abcdefghij',
      verify: 'ghp_0123456789012345678901',
    });
    expect(errors).toHaveLength(2);
    expect(JSON.stringify(errors)).not.toMatch(/abcdefghij|012345678901/);
  });
});
