import fc from 'fast-check';
import { expect, test } from 'vitest';
import { page } from '../../../../src/playground/cloud/page.ts';

test('following the tokens gives every item once, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 250 }), fc.nat({ max: 150 }), (items, pageSize) => {
      const seen: number[] = [];
      let pageToken = '';
      do {
        const next = page(items, { pageSize, pageToken });
        expect(next.items.length).toBeLessThanOrEqual(100);
        seen.push(...next.items);
        pageToken = next.nextPageToken;
      } while (pageToken !== '');
      expect(seen).toEqual(items);
    }),
  );
});

test('a token that was never given is refused', () => {
  expect(() => page([1], { pageSize: 1, pageToken: 'nonsense' })).toThrow('Invalid page token');
});
