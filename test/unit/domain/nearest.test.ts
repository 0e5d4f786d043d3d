import { expect, test } from 'vitest';
import { nearest } from '../../../src/domain/nearest.ts';

const VERSIONS = ['v1.2.0', 'v1.1.0', 'v1.0.0', 'v1.3.0-broken'];

test.each([
  ['v1.2', 'v1.2.0'],
  ['1.2.0', 'v1.2.0'],
  ['V1.1.0', 'v1.1.0'],
  ['v1.3.0-borken', 'v1.3.0-broken'],
])('%s is nearest to %s', (word, expected) => {
  expect(nearest(word, VERSIONS)[0]).toBe(expected);
});

test('a word that was begun is near, however much is missing', () => {
  expect(nearest('prod', ['staging', 'production'])).toEqual(['production']);
});

test('offers nothing for a word that is near nothing, that is empty, or that is no word', () => {
  expect(nearest('frontend', ['api', 'worker'])).toEqual([]);
  expect(nearest('', ['api'])).toEqual([]);
  expect(nearest('a'.repeat(1_000), ['a'.repeat(1_001)])).toEqual([]);
});

test('offers no more than it is asked for, and nothing twice', () => {
  expect(nearest('v1', VERSIONS, 2)).toHaveLength(2);
  expect(nearest('api', ['api', 'api'])).toEqual(['api']);
});
