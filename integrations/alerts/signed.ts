import { z } from 'zod';
import type { AlertReport } from '../../src/domain/alert.ts';
import type { AlertSourceConfig } from './config.ts';
import { alertsOf, fingerprintOf, firstOf, labels, malformed, optionalText, text, time } from './fields.ts';
import type { AlertSource, ReadAlerts } from './source.ts';

/** Our own format for whatever can send JSON and sign it (docs/alerts.md). */
const alert = z.strictObject({
  id: text.pipe(z.string().min(1).max(256)).optional(),
  name: text.pipe(z.string().min(1).max(512)),
  status: z.enum(['firing', 'resolved']).default('firing'),
  startsAt: time.optional(),
  endsAt: time.optional(),
  labels: labels.default({}),
  summary: optionalText,
  description: optionalText,
  value: z.union([text, z.number()]).nullish(),
  links: z
    .strictObject({ runbook: optionalText, dashboard: optionalText, source: optionalText })
    .prefault({}),
});
const payload = z.strictObject({
  group: text.pipe(z.string().min(1).max(1_024)).optional(),
  alerts: alertsOf(alert),
});

export function signed({ signature }: Extract<AlertSourceConfig, { kind: 'signed' }>): AlertSource {
  return { authentication: { kind: 'signature', ...signature }, overWhenAcknowledged: false, read };
}

function read(body: unknown, now: Date): ReadAlerts {
  const parsed = payload.safeParse(body);
  if (!parsed.success) return malformed(parsed.error);
  const reports = parsed.data.alerts.map((its) => reportOf(its, now));
  const without = parsed.data.alerts.findIndex(({ startsAt }) => startsAt === undefined);
  if (without >= 0 && reports[without]?.state === 'firing') {
    return { ok: false, reason: `alerts.${without}.startsAt: is missing: when did it begin to fire?` };
  }
  const groupKey = parsed.data.group ?? reports[0]?.name ?? '';
  return { ok: true, notification: { groupKey, groupLabels: {}, reports, truncated: 0, mayResume: false } };
}

function reportOf(its: z.output<typeof alert>, now: Date): AlertReport {
  const all = { ...its.labels, alertname: its.name };
  const value = its.value ?? null;
  const ended = its.status === 'resolved';
  return {
    fingerprint: its.id ?? fingerprintOf(all),
    name: its.name,
    state: its.status,
    // Whatever it was, it is over now: a resolution without a beginning ends every firing before it.
    startsAt: new Date(its.startsAt ?? its.endsAt ?? now).toISOString(),
    endsAt: ended ? new Date(its.endsAt ?? now).toISOString() : null,
    labels: all,
    summary: its.summary,
    description: its.description,
    value: value === null ? null : String(value),
    links: { ...its.links, runbook: its.links.runbook ?? firstOf(all, ['runbook_url']) },
  };
}
