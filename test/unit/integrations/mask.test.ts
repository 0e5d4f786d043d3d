import { expect, it } from 'vitest';
import { maskSecrets } from '../../../integrations/mask.ts';

it.each([
  ['DB_PASSWORD=hunter2 ok', 'DB_PASSWORD=‹secret› ok'],
  ['token: "abc def" rest', 'token: ‹secret› rest'],
  ['postgres://saga:hunter2@db/saga', 'postgres://saga:‹secret›@db/saga'],
  ['Authorization: Bearer abcdefgh.ijkl', 'Authorization: Bearer ‹secret›'],
  ['pulling the token of the day', 'pulling the token of the day'],
])('masks what looks like a secret: %s', (text, masked) => {
  expect(maskSecrets(text)).toBe(masked);
});

it('masks known secrets wherever they are', () => {
  expect(maskSecrets('it is s3cr3t, s3cr3t', ['s3cr3t', ''])).toBe('it is ‹secret›, ‹secret›');
});
