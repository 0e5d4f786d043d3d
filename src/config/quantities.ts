import { z } from 'zod';

const PERCENTAGE = /^(\d{1,3}(?:\.\d{1,4})?)%$/;
const LATENCY = /^([1-9]\d{0,5})(ms|s|m)$/;
const LATENCY_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/** `1%`, `0.5%` as 0.01, 0.005; null for anything else and for more than the whole. */
export function parsePercentage(text: string): number | null {
  const [, percent] = PERCENTAGE.exec(text) ?? [];
  const ratio = percent === undefined ? Number.NaN : Number(percent) / 100;
  return ratio <= 1 ? ratio : null;
}

/** `250ms`, `1s`, `2m` in milliseconds; null for anything else. */
export function parseLatency(text: string): number | null {
  const [, count, unit] = LATENCY.exec(text) ?? [];
  const length = LATENCY_UNITS[unit ?? ''];
  return count === undefined || length === undefined ? null : Number(count) * length;
}

/** A share in a config file; 0 to 1 once parsed. */
export const percentage = z
  .string()
  .regex(/^(100|\d{1,2}(\.\d{1,4})?)%$/, 'a percentage such as 1% or 0.5%')
  .transform((text) => parsePercentage(text) ?? 0);

/** How long an answer takes; milliseconds once parsed. */
export const latency = z
  .string()
  .regex(LATENCY, 'a time such as 250ms, 1s or 2m')
  .transform((text) => parseLatency(text) ?? 0);

/** A limit, with the unit that the way it is written implies. */
export interface Limit {
  /** 0 to 1 for `ratio`, milliseconds for `ms`. */
  readonly value: number;
  readonly unit: 'ratio' | 'ms' | 'number';
}

const LIMIT_RULE = 'a number, a percentage such as 1%, or a time such as 250ms';

/** `1%`, `250ms` or `20`: what the limit is of follows from how it is written. */
export const limit = z
  .union([z.number(), z.string().regex(/^((100|\d{1,2}(\.\d{1,4})?)%|[1-9]\d{0,5}(ms|s|m))$/, LIMIT_RULE)], {
    error: LIMIT_RULE,
  })
  .transform((written): Limit => {
    if (typeof written === 'number') return { value: written, unit: 'number' };
    const ratio = parsePercentage(written);
    if (ratio !== null) return { value: ratio, unit: 'ratio' };
    return { value: parseLatency(written) ?? 0, unit: 'ms' };
  });
