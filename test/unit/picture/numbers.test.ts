import { describe, expect, it } from 'vitest';
import { sayMilliseconds, sayPercent, sayTime } from '../../../src/picture/numbers.ts';

describe('numbers in pictures', () => {
  it.each([
    [0, '0%'],
    [0.00005, '<0.01%'],
    [0.0008, '0.08%'],
    [0.01, '1%'],
    [0.0123, '1.2%'],
    [0.42, '42%'],
    [1, '100%'],
  ])('say the ratio %d as %s', (ratio, said) => expect(sayPercent(ratio)).toBe(said));

  it.each([
    [0, '0 ms'],
    [4.26, '4.3 ms'],
    [85.4, '85 ms'],
    [999.7, '1 s'],
    [1_234, '1.2 s'],
    [30_000, '30 s'],
  ])('say %d milliseconds as %s', (milliseconds, said) => expect(sayMilliseconds(milliseconds)).toBe(said));

  it('say times in UTC', () => {
    const at = Date.parse('2026-08-01T03:04:05Z');
    expect([sayTime(at, 'minutes'), sayTime(at, 'seconds'), sayTime(at, 'date')]).toEqual([
      '03:04',
      '03:04:05',
      '08-01 03:04',
    ]);
  });
});
