import type { CanaryPicture, CanarySample } from './canary-picture.ts';
import { lineOf, newestOf, type Point } from './lines.ts';
import { sayMilliseconds, sayPercent } from './numbers.ts';
import { WORDS } from './words.ts';

/** One of the two charts: a measurement of canary and baseline, and what it must not exceed. */
export interface Panel {
  readonly heading: string;
  readonly canary: readonly Point[];
  readonly baseline: readonly Point[];
  readonly threshold: number | null;
  /** The top of its scale, of which the half is a round number too. */
  readonly top: number;
  say(value: number): string;
}

const ROUND = [1, 1.5, 2, 3, 4, 6, 8, 10];
/** Room above the highest point, so that the line does not run along the edge. */
const HEADROOM = 1.1;
/** Room above the threshold for its name. */
const THRESHOLD_HEADROOM = 1.5;
const SMALLEST_RATE = 0.001;
const SMALLEST_LATENCY = 10;

/** The chart of error rates above, that of latencies below. */
export function panelsOf({ samples, thresholds }: CanaryPicture): readonly [Panel, Panel] {
  const ordered = samples.toSorted((one, other) => one.at - other.at);
  return [errorRates(ordered, thresholds.errorRate), latencies(ordered, thresholds.p95)];
}

function errorRates(samples: readonly CanarySample[], threshold: number | null): Panel {
  const canary = lineOf(samples, ({ canaryErrorRate }) => canaryErrorRate);
  const baseline = lineOf(samples, ({ baselineErrorRate }) => baselineErrorRate);
  const top = Math.min(1, roundUp(Math.max(highest(canary, baseline, threshold), SMALLEST_RATE)));
  return { heading: WORDS.errorRate, canary, baseline, threshold, top, say: sayPercent };
}

function latencies(samples: readonly CanarySample[], threshold: number | null): Panel {
  const canary = lineOf(samples, ({ canaryP95 }) => canaryP95);
  const baseline = lineOf(samples, ({ baselineP95 }) => baselineP95);
  const top = roundUp(Math.max(highest(canary, baseline, threshold), SMALLEST_LATENCY));
  return { heading: WORDS.p95, canary, baseline, threshold, top, say: sayMilliseconds };
}

/** Whether the canary's newest value is beyond the threshold. */
export function isExceeded({ canary, threshold }: Panel): boolean {
  return threshold !== null && (newestOf(canary) ?? 0) > threshold;
}

/** The newest values, as the legend and the alternative text say them. */
export function newestSaid({ canary, baseline, say }: Panel): {
  readonly canary: string;
  readonly baseline: string;
} {
  const said = (line: readonly Point[]) => {
    const value = newestOf(line);
    return value === null ? WORDS.noData : say(value);
  };
  return { canary: said(canary), baseline: said(baseline) };
}

function highest(canary: readonly Point[], baseline: readonly Point[], threshold: number | null): number {
  const values = [...canary, ...baseline].map(({ value }) => (value ?? 0) * HEADROOM);
  return values.reduce((one, other) => Math.max(one, other), (threshold ?? 0) * THRESHOLD_HEADROOM);
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = ROUND.find((each) => each * power >= value * 0.9999) ?? 10;
  return factor * power;
}
