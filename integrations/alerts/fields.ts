import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Labels } from '../../src/domain/alert.ts';
import { written } from '../../src/domain/written.ts';
import type { ReadAlerts } from './source.ts';

/** More alerts than this in one call is no call that anybody sends in earnest. */
const MOST_ALERTS = 5_000;
const LONGEST_LABEL = 4_096;

/** Text as it can be stored, and not a book. */
export const text = z
  .string()
  .max(64 * 1024)
  .pipe(written);

/** Text, or null for none. */
export const optionalText = text
  .nullish()
  .transform((said) => (said === undefined || said === null || said.trim() === '' ? null : said));

/** Labels or annotations. */
export const labels = z
  .record(text.pipe(z.string().min(1).max(256)), text.pipe(z.string().max(LONGEST_LABEL)))
  .refine((all) => Object.keys(all).length <= 256, 'more than 256 labels');

export const time = z.iso.datetime({ offset: true });

/** A list of alerts, at least one. */
export function alertsOf<Schema extends z.ZodType>(schema: Schema) {
  return z.array(schema).min(1, 'at least one alert').max(MOST_ALERTS, `at most ${MOST_ALERTS} alerts`);
}

/** The first of the annotations with one of these names. */
export function firstOf(annotations: Labels, names: readonly string[]): string | null {
  return names.map((name) => annotations[name]?.trim() ?? '').find((said) => said !== '') ?? null;
}

/** A name for an alert whose sender gives it none: its labels. */
export function fingerprintOf(all: Labels): string {
  const sorted = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

/** What is wrong with a payload, by path: `alerts.0.startsAt: …`. */
export function malformed(error: z.ZodError): ReadAlerts {
  const [issue] = error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  const reason = `${path === '' ? 'The body' : path}: ${issue?.message ?? 'is not understood'}`;
  return { ok: false, reason };
}
