import { expect, it } from 'vitest';
import { createTurns } from '../../../src/alerts/turns.ts';

it('lets so many work at once and no more, in order, whatever fails', async () => {
  const inTurn = createTurns(2);
  const begun: number[] = [];
  const works = Array.from({ length: 5 }, () => Promise.withResolvers<number>());
  const results = works.map(({ promise }, index) =>
    inTurn(() => {
      begun.push(index);
      return promise;
    }).catch(() => 'failed'),
  );
  await new Promise(setImmediate);
  expect(begun).toEqual([0, 1]);
  works[1]?.reject(new Error('no'));
  expect(await results[1]).toBe('failed');
  await new Promise(setImmediate);
  expect(begun).toEqual([0, 1, 2]);
  for (const [index, work] of works.entries()) work.resolve(index);
  expect(await Promise.all(results)).toEqual([0, 'failed', 2, 3, 4]);
});
