import { expect, test } from 'vitest';
import { newestFirst } from '../../../integrations/version-order.ts';

test('sorts semantic versions by precedence, a pre-release behind its release', () => {
  expect(newestFirst(['v1.2.0', 'v1.10.0', 'v2.0.0-rc.1', 'v1.10.0-rc.2', 'v1.10.0-rc.10', '2.0.0'])).toEqual(
    ['2.0.0', 'v2.0.0-rc.1', 'v1.10.0', 'v1.10.0-rc.10', 'v1.10.0-rc.2', 'v1.2.0'],
  );
});

test('puts other tags behind, the higher number first', () => {
  expect(newestFirst(['main', 'build-9', 'v1.0.0', 'build-10'])).toEqual([
    'v1.0.0',
    'main',
    'build-10',
    'build-9',
  ]);
});

test('leaves out what tools attach to images', () => {
  expect(newestFirst([`sha256-${'a'.repeat(64)}.sig`, 'v1.0.0'])).toEqual(['v1.0.0']);
});
