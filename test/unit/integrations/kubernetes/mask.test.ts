import { expect, test } from 'vitest';
import { maskSecrets } from '../../../../integrations/kubernetes/mask.ts';

test.each([
  ['connecting to postgresql://techassist:hunter2hunter2@db:5432/x', 'hunter2hunter2'],
  ['Authorization: Bearer abcdefghijklmnop', 'abcdefghijklmnop'],
  ['POSTGRES_PASSWORD=hunter2 host=db', 'hunter2'],
  ['{"apiKey": "0123456789abcdef"}', '0123456789abcdef'],
  ['client_secret: swordfish', 'swordfish'],
  ['key sk-ant-0123456789abcdefghij', 'sk-ant-0123456789abcdefghij'],
  ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'eyJhbGciOiJIUzI1NiJ9'],
  ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', 'MIIE'],
])('hides what looks like a secret: %s', (text, secret) => {
  expect(maskSecrets(text)).not.toContain(secret);
});

test.each([
  'Traceback (most recent call last):',
  'KeyError: ANTHROPIC_API_KEY is not set',
  'connecting to postgresql://db:5432/x',
  'listening on http://0.0.0.0:8000',
])('leaves what is none: %s', (text) => {
  expect(maskSecrets(text)).toBe(text);
});
