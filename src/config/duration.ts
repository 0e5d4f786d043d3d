import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^([1-9]\d{0,5})(s|m|h|d)$/;

/** `90s`, `30m`, `2h`, `7d` in milliseconds; null for anything else. */
export function parseDuration(text: string): number | null {
  const [, count, unit] = DURATION.exec(text) ?? [];
  const length = UNITS[unit ?? ''];
  return count === undefined || length === undefined ? null : Number(count) * length;
}

/** A duration in a config file; milliseconds once parsed. */
export const duration = z
  .string()
  .regex(DURATION, 'a duration such as 90s, 30m, 2h or 7d')
  .transform((text) => parseDuration(text) ?? 0);
