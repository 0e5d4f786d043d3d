import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';

const FINGERPRINT = 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU';

function problemsOf(hosts: object): readonly string[] {
  const text = JSON.stringify({ environments: {}, services: {}, hosts });
  const loaded = loadConfig(new TextEncoder().encode(text));
  return loaded.ok
    ? []
    : loaded.errors.map(({ path, message, allowed }) => `${path}: ${message} (${allowed})`);
}

function host(more: object = {}): object {
  return { address: 'a.example', user: 'deploy', keyFile: '/k', fingerprints: [FINGERPRINT], ...more };
}

describe('hosts', () => {
  it('takes a host whose key is known', () => {
    expect(problemsOf({ a: host(), b: host({ jump: 'a' }) })).toEqual([]);
  });

  it('refuses a host whose key nobody knows', () => {
    expect(problemsOf({ a: host({ fingerprints: undefined }) }).join()).toMatch(
      /hosts.a.fingerprints.*knownHostsFile/,
    );
  });

  it.each([
    ['an address that is an option', { address: '-oProxyCommand=x' }],
    ['a user that is more than a name', { user: 'a b' }],
    ['a fingerprint of the old kind', { fingerprints: ['MD5:00:11'] }],
    ['a key that depends on where the bot was started', { keyFile: 'id_ed25519' }],
    ['a variable that is none', { environment: { 'A=B': 'c' } }],
  ])('refuses %s', (_, more) => {
    expect(problemsOf({ a: host(more) })).toHaveLength(1);
  });

  it('refuses a jump through a host that there is not', () => {
    expect(problemsOf({ a: host({ jump: 'nowhere' }) }).join()).toContain('hosts.a.jump');
  });

  it('refuses hosts that are reached through each other', () => {
    const problems = problemsOf({ a: host({ jump: 'b' }), b: host({ jump: 'c' }), c: host({ jump: 'b' }) });
    expect(problems).toEqual([
      expect.stringContaining('hosts.b.jump'),
      expect.stringContaining('hosts.c.jump'),
    ]);
  });
});
