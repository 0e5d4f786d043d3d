import type { CanaryPicture, CanarySample } from '../../../src/picture/canary-picture.ts';

const BEGAN = Date.parse('2026-08-01T03:00:00Z');

/** So many minutes after three in the morning. */
export function minute(minutes: number): number {
  return BEGAN + minutes * 60_000;
}

export function sample(minutes: number, changes: Partial<CanarySample> = {}): CanarySample {
  const measured = { canaryErrorRate: 0.002, baselineErrorRate: 0.001, canaryP95: 340, baselineP95: 310 };
  return { at: minute(minutes), ...measured, ...changes };
}

/** A canary whose errors rise at 50 % and which is aborted for it. */
export function pictureOf(changes: Partial<CanaryPicture> = {}): CanaryPicture {
  const good = Array.from({ length: 21 }, (_, index) => sample(index / 2));
  const bad = Array.from({ length: 4 }, (_, index) =>
    sample(10.5 + index / 2, { canaryErrorRate: 0.03 + index / 100 }),
  );
  return {
    title: 'Canary of api v1.4.0-flaky in production',
    samples: [...good, ...bad],
    steps: [
      { at: minute(0), percent: 10 },
      { at: minute(10), percent: 50 },
    ],
    thresholds: { errorRate: 0.01, p95: 1_000 },
    end: { at: minute(12.2), word: 'aborted' },
    ...changes,
  };
}
