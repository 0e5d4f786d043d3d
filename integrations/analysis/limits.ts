import type { Measurement, VerdictKind } from '../../src/domain/verdict.ts';

/** What was measured at one look; null where nothing was. May be infinite. */
export interface Measured {
  readonly name: string;
  readonly unit: Measurement['unit'];
  readonly canary: number | null;
  readonly baseline: number | null;
}

/** What the canary is held to, in the unit of what is measured; null where there is no such limit. */
export interface Limits {
  readonly max: number | null;
  readonly min: number | null;
  /** At most so many times the baseline. Of a baseline of 0, anything more is too much. */
  readonly maxRatio: number | null;
}

/** What one measurement, or the lack of it, says. */
export interface Finding {
  readonly kind: VerdictKind;
  /** A clause for people: “error rate is 4 %, more than 1 % (baseline 0.2 %)”. */
  readonly detail: string;
}

/** Holds one measurement to its limits. */
export function compare(measured: Measured, limits: Limits): Finding {
  const { name, unit, canary, baseline } = measured;
  if (canary === null) return { kind: 'no-data', detail: `${name}: nothing was measured of the canary` };
  const is = `${name} is ${inWords(canary, unit)}`;
  const beside = baseline === null ? '' : ` (baseline ${inWords(baseline, unit)})`;
  if (limits.max !== null && canary > limits.max)
    return { kind: 'fail', detail: `${is}, more than ${inWords(limits.max, unit)}${beside}` };
  if (limits.min !== null && canary < limits.min)
    return { kind: 'fail', detail: `${is}, less than ${inWords(limits.min, unit)}${beside}` };
  if (limits.maxRatio === null) return { kind: 'pass', detail: `${is}${beside}` };
  if (baseline === null)
    return { kind: 'no-data', detail: `${name}: nothing was measured of the baseline to compare with` };
  if (canary > limits.maxRatio * baseline) {
    const times = `more than ${limits.maxRatio} × the baseline’s ${inWords(baseline, unit)}`;
    return { kind: 'fail', detail: `${is}, ${times}` };
  }
  return { kind: 'pass', detail: `${is}${beside}` };
}

/** The measurement as it is kept, with the strictest limit that held at this look. */
export function measurementOf(measured: Measured, limits: Limits): Measurement {
  const { name, unit, canary, baseline } = measured;
  const byRatio = limits.maxRatio === null || baseline === null ? null : limits.maxRatio * baseline;
  const upper = [limits.max, byRatio].filter((limit) => limit !== null);
  const limit = upper.length > 0 ? Math.min(...upper) : limits.min;
  return { name, unit, canary: finite(canary), baseline: finite(baseline), limit: finite(limit) };
}

/** `0.034` as “3.4 %”, `1250` ms as “1.25 s”, `840` ms as “840 ms”. */
export function inWords(value: number, unit: Measurement['unit']): string {
  if (!Number.isFinite(value)) return value > 0 ? 'infinite' : 'infinitely small';
  if (unit === 'ratio') return `${rounded(value * 100)} %`;
  if (unit === 'number') return rounded(value);
  return Math.abs(value) < 1_000 ? `${rounded(value)} ms` : `${rounded(value / 1_000)} s`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
