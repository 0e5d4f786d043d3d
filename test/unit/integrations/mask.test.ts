import { describe, expect, it } from 'vitest';
import { maskSecrets } from '../../../integrations/mask.ts';

describe('text of other programs', () => {
  it.each([
    ['DB_PASSWORD=hunter2 ok', 'DB_PASSWORD=‹secret› ok'],
    ['token: "abc def" rest', 'token: ‹secret› rest'],
    ['postgres://saga:hunter2@db/saga', 'postgres://saga:‹secret›@db/saga'],
    ['Authorization: Bearer abcdefgh.ijkl', 'Authorization: Bearer ‹secret›'],
  ])('is shown without what looks like a secret, and with the rest: %s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  it.each([
    ['connecting to postgresql://techassist:hunter2hunter2@db:5432/x', 'hunter2hunter2'],
    ['fatal: https://0123456789abcdef0123456789@git.example/x denied', '0123456789abcdef'],
    ['POSTGRES_PASSWORD=hunter2 host=db', 'hunter2'],
    ['PASSWORD_HASH=hunter2', 'hunter2'],
    ['{"apiKey": "0123456789abcdef"}', '0123456789abcdef'],
    ['client_secret: swordfish', 'swordfish'],
    ['key sk-ant-0123456789abcdefghij', 'sk-ant-0123456789abcdefghij'],
    ['xapp-1-A0123-456-abcdef', 'xapp-1-A0123'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'eyJhbGciOiJIUzI1NiJ9'],
    ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', 'MIIE'],
  ])('is shown without what looks like a secret: %s', (text, secret) => {
    expect(maskSecrets(text)).not.toContain(secret);
  });

  it.each([
    'pulling the token of the day',
    'Traceback (most recent call last):',
    'KeyError: ANTHROPIC_API_KEY is not set',
    'connecting to postgresql://db:5432/x',
    'listening on http://0.0.0.0:8000',
  ])('is left as it is where it holds none: %s', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it('is shown without secrets that are known, wherever they are', () => {
    expect(maskSecrets('it is s3cr3t, s3cr3t', ['s3cr3t', ''])).toBe('it is ‹secret›, ‹secret›');
  });

  // With patterns that backtrack, the shortest of these takes hours: the test would end at its time limit.
  it.each([
    'password.',
    'a.',
    'a-',
    '://a:',
    'eyJabcdefgh-',
    'token=" ',
    "token='\\",
    'secret   ',
    'bearer ',
    '-----BEGIN ',
    'xoxb-',
    'a://',
  ])('takes time in proportion to its length, though it repeats “%s” for half a megabyte', (piece) => {
    expect(maskSecrets(piece.repeat(500_000 / piece.length)).length).toBeGreaterThan(0);
  });
});
