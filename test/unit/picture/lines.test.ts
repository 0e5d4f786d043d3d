import { describe, expect, it } from 'vitest';
import { gapsOf, lineOf, newestOf } from '../../../src/picture/lines.ts';
import { minute, sample } from './pictures.ts';

const read = ({ canaryP95 }: { readonly canaryP95: number | null }) => canaryP95;

describe('a line of a chart', () => {
  it('breaks where there is no data, and marks what stands alone', () => {
    const values = [1, 2, null, 4, null, 6, 7];
    const line = lineOf(
      values.map((canaryP95, index) => sample(index, { canaryP95 })),
      read,
    );
    expect(line.map(({ value }) => value)).toEqual(values);
    expect(line.filter(({ alone }) => alone).map(({ value }) => value)).toEqual([4]);
    expect(gapsOf(line)).toEqual([
      { from: minute(1), to: minute(3) },
      { from: minute(3), to: minute(5) },
    ]);
  });

  it('breaks where samples are missing for much longer than usual', () => {
    const line = lineOf(
      [0, 1, 2, 12, 13].map((at) => sample(at)),
      read,
    );
    expect(line.map(({ value }) => value)).toEqual([340, 340, 340, null, 340, 340]);
    expect(gapsOf(line)).toEqual([{ from: minute(2), to: minute(12) }]);
  });

  it('has gaps at its beginning and its end', () => {
    const values = [null, null, 3, 4, null];
    const line = lineOf(
      values.map((canaryP95, index) => sample(index, { canaryP95 })),
      read,
    );
    expect(gapsOf(line)).toEqual([
      { from: minute(0), to: minute(2) },
      { from: minute(3), to: minute(4) },
    ]);
  });

  it('takes what is no number for no data', () => {
    const line = lineOf([sample(0, { canaryP95: Number.NaN }), sample(1, { canaryP95: Infinity })], read);
    expect(newestOf(line)).toBeNull();
  });

  it('is a point for one sample, and nothing for none', () => {
    expect(lineOf([sample(0)], read)).toEqual([{ at: minute(0), value: 340, alone: true }]);
    expect(lineOf([], read)).toEqual([]);
    expect(gapsOf([])).toEqual([]);
  });
});
