import { expect, test } from 'vitest';
import { nearest } from '../../../src/domain/nearest.ts';

const VERSIONS = ['v1.2.0', 'v1.1.0', 'v1.0.0', 'v1.3.0-broken'];

test.each([
  ['v1.2', ['v1.2.0']],
  ['1.2.0', ['v1.2.0']],
  ['V1.1.0', ['v1.1.0', 'v1.2.0', 'v1.0.0']],
  ['v1.3.0', ['v1.3.0-broken', 'v1.2.0', 'v1.1.0', 'v1.0.0']],
])('%s is near %j', (word, expected) => {
  expect(nearest(word, VERSIONS, 4)).toEqual(expected);
});

test('a word that was begun comes before one that is a letter away', () => {
  expect(nearest('stag', ['stab', 'staging'], 2)).toEqual(['staging', 'stab']);
});

test('offers nothing for a word that is near nothing, or that is empty', () => {
  expect(nearest('frontend', ['api', 'worker'], 3)).toEqual([]);
  expect(nearest('', ['api'], 3)).toEqual([]);
});

test('offers no more than it is asked for', () => {
  expect(nearest('v1', VERSIONS, 2)).toHaveLength(2);
});
