import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, knownKeys } from '../../../../integrations/ssh/known-hosts.ts';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIJvG0KrJ4ZxU8ZbS2dJrBq6oRGQ1nQp0xvZl2m0zq1Xy';
const FINGERPRINT = fingerprintOf(Buffer.from(KEY, 'base64'));
const SALT = Buffer.from('salt').toString('base64');

function hashed(name: string): string {
  return `|1|${SALT}|${createHmac('sha1', Buffer.from('salt')).update(name).digest('base64')}`;
}

function found(line: string, address = 'web-1.example', port = 22) {
  return knownKeys(`# ours\n\n${line}\n`, address, port);
}

describe('a known_hosts file', () => {
  it.each([
    ['its name', `web-1.example ssh-ed25519 ${KEY} comment`, 22],
    ['one of several names', `10.0.0.1,web-1.example ssh-ed25519 ${KEY}`, 22],
    ['a pattern', `*.example ssh-ed25519 ${KEY}`, 22],
    ['a pattern for one letter', `web-?.example ssh-ed25519 ${KEY}`, 22],
    ['its name in capitals', `WEB-1.example ssh-ed25519 ${KEY}`, 22],
    ['its hash', `${hashed('web-1.example')} ssh-ed25519 ${KEY}`, 22],
    ['its name and port', `[web-1.example]:2222 ssh-ed25519 ${KEY}`, 2222],
    ['the hash of name and port', `${hashed('[web-1.example]:2222')} ssh-ed25519 ${KEY}`, 2222],
  ])('knows a host by %s', (_, line, port) => {
    const known = [{ type: 'ssh-ed25519', fingerprint: FINGERPRINT, revoked: false }];
    expect(found(line, 'web-1.example', port)).toEqual(known);
  });

  it.each([
    ['another name', `web-2.example ssh-ed25519 ${KEY}`],
    ['a name whose dot is another letter', `web-1xexample ssh-ed25519 ${KEY}`],
    ['a longer name', `web-1.example.org ssh-ed25519 ${KEY}`],
    ['a pattern with an exception for it', `*.example,!web-1.example ssh-ed25519 ${KEY}`],
    ['another port', `[web-1.example]:2222 ssh-ed25519 ${KEY}`],
    ['the hash of another name', `${hashed('web-2.example')} ssh-ed25519 ${KEY}`],
    ['an authority, which vouches for certificates only', `@cert-authority web-1.example ssh-ed25519 ${KEY}`],
    ['half a line', 'web-1.example ssh-ed25519'],
  ])('does not know a host by %s', (_, line) => {
    expect(found(line)).toEqual([]);
  });

  it('says which keys are revoked', () => {
    expect(found(`@revoked web-1.example ssh-ed25519 ${KEY}`)).toMatchObject([{ revoked: true }]);
  });
});
