import { describe, expect, it } from 'vitest';
import { boundariesOf } from '../../../src/picture/boundaries.ts';
import type { CanaryPicture } from '../../../src/picture/canary-picture.ts';
import { chartOf } from '../../../src/picture/chart.ts';
import { panelsOf } from '../../../src/picture/panel.ts';
import { SIZE } from '../../../src/picture/style.ts';
import { timeAxisOf } from '../../../src/picture/time-axis.ts';
import { minute, pictureOf, sample } from './pictures.ts';

describe('the chart of a canary', () => {
  it('shows canary and baseline of both measurements, told apart by more than colour', () => {
    const { series } = chartOf(pictureOf());
    expect(series).toMatchObject([
      { name: 'baseline', xAxisIndex: 0, lineStyle: { type: [18, 10] } },
      { name: 'canary', xAxisIndex: 0 },
      { name: 'baseline', xAxisIndex: 1, lineStyle: { type: [18, 10] } },
      { name: 'canary', xAxisIndex: 1 },
    ]);
    expect(series).not.toMatchObject([{}, { lineStyle: { type: expect.anything() } }, {}, {}]);
  });

  it('names steps, limits, the newest values and the end', () => {
    expect(wordsOf(pictureOf())).toEqual(
      expect.arrayContaining([
        'Canary of api v1.4.0-flaky in production',
        'UTC',
        'Error rate',
        'canary 6%',
        'baseline 0.1%',
        'p95 latency',
        'canary 340 ms',
        'baseline 310 ms',
        '10%',
        '50%',
        'aborted',
        'limit 1%',
        'limit 1 s',
      ]),
    );
  });

  it('shows no limit where there is none, and says so where there is no data', () => {
    const words = wordsOf(pictureOf({ samples: [], steps: [], end: null, thresholds: NO_LIMITS }));
    expect(words.filter((word) => word === 'no data')).toHaveLength(2);
    expect(words).toContain('canary no data');
    expect(words).not.toContain('UTC');
    expect(words.join()).not.toContain('limit');
  });

  it('breaks no line by control characters in names', () => {
    const words = wordsOf(pictureOf({ title: 'Canary\0 of\n api', end: { at: minute(12), word: 'a\tb' } }));
    expect(words).toContain('Canary of api');
    expect(words).toContain('a b');
  });

  it('scales each chart to what it shows and to its limit, never beyond 100%', () => {
    const tops = (changes: Partial<CanaryPicture>) => panelsOf(pictureOf(changes)).map(({ top }) => top);
    expect(tops({})).toEqual([0.08, 1_500]);
    expect(tops({ samples: [], thresholds: NO_LIMITS })).toEqual([0.001, 10]);
    expect(tops({ samples: [sample(0, { canaryErrorRate: 1, canaryP95: 29_000 })] })).toEqual([1, 40_000]);
  });
});

const NO_LIMITS = { errorRate: null, p95: null };

describe('the time axis', () => {
  it('has round times that fit beside each other, however long the canary took', () => {
    for (const minutes of [0, 0.1, 1, 3, 12, 59, 240, 1_400, 5_000, 100_000]) {
      const axis = timeAxisOf(pictureOf({ samples: [sample(0), sample(minutes)], steps: [], end: null }));
      expect(axis.ticks.length).toBeGreaterThanOrEqual(1);
      expect(axis.ticks.length).toBeLessThanOrEqual(7);
      expect(new Set(axis.ticks.map((tick) => axis.say(tick))).size).toBe(axis.ticks.length);
    }
  });

  it('covers steps and the end without samples', () => {
    const { from, to } = timeAxisOf(pictureOf({ samples: [] }));
    expect(from).toBeLessThan(minute(0));
    expect(to).toBeGreaterThan(minute(12.2));
  });
});

describe('the boundaries of steps', () => {
  it('have names that do not overlap; the line stays where the name has no room', () => {
    const steps = [0, 0.1, 0.2, 0.3, 12].map((at, index) => ({ at: minute(at), percent: (index + 1) * 10 }));
    const picture = pictureOf({ steps });
    const boundaries = boundariesOf(picture, timeAxisOf(picture));
    expect(boundaries).toHaveLength(6);
    const names = boundaries.flatMap(({ name }) => (name === null ? [] : [name]));
    expect(names.length).toBeGreaterThanOrEqual(4);
    for (const one of names) {
      const beside = names.filter((other) => other !== one && other.row === one.row);
      expect(beside.every(({ left, width }) => left > one.left + one.width || left + width < one.left)).toBe(
        true,
      );
    }
  });

  it('keep the end’s name within the picture, however long it is', () => {
    const picture = pictureOf({
      end: { at: minute(12.2), word: 'aborted because of everything '.repeat(9) },
    });
    const [end] = boundariesOf(picture, timeAxisOf(picture));
    expect(end?.kind).toBe('end');
    expect((end?.name?.left ?? 0) + (end?.name?.width ?? SIZE.width)).toBeLessThanOrEqual(SIZE.width);
  });
});

/** Every word in the picture. */
function wordsOf(picture: CanaryPicture): readonly string[] {
  const found: string[] = [];
  JSON.stringify(chartOf(picture), (name, value) => {
    if ((name === 'text' || name === 'formatter') && typeof value === 'string') found.push(value);
    if (name === 'markLine' && value.data.length === 0) return undefined;
    return value;
  });
  return found;
}
