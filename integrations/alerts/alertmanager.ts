import { z } from 'zod';
import type { AlertReport } from '../../src/domain/alert.ts';
import { alertsOf, firstOf, labels, malformed, optionalText, text, time } from './fields.ts';
import type { AlertSource } from './source.ts';

/**
 * Version 4 of https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, which Grafana sends
 * too, with a few fields more
 * (https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/).
 */
const alert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels,
  annotations: labels.default({}),
  startsAt: time,
  endsAt: time.nullish(),
  generatorURL: optionalText,
  fingerprint: text.pipe(z.string().min(1).max(128)),
  /** Grafana's. */
  dashboardURL: optionalText,
  panelURL: optionalText,
  valueString: optionalText,
  values: z.record(z.string(), z.number().nullable()).nullish(),
});

const payload = z.object({
  groupKey: text.pipe(z.string().min(1).max(8_192)),
  groupLabels: labels.default({}),
  truncatedAlerts: z.int().min(0).default(0),
  alerts: alertsOf(alert),
});
const versionFour = payload.extend({ version: z.literal('4') });
/** Grafana's version is 1. */
const versionOne = payload.extend({ version: z.string() });

/** Alertmanager cannot sign: a token or a password is all that it has. */
export const alertmanager: AlertSource = {
  authentication: { kind: 'token' },
  overWhenAcknowledged: false,
  read: (body) => {
    const parsed = versionFour.safeParse(body);
    return parsed.success ? { ok: true, notification: notificationOf(parsed.data) } : malformed(parsed.error);
  },
};

export const grafana: AlertSource = {
  authentication: { kind: 'token' },
  overWhenAcknowledged: false,
  read: (body) => {
    const parsed = versionOne.safeParse(body);
    return parsed.success ? { ok: true, notification: notificationOf(parsed.data) } : malformed(parsed.error);
  },
};

function notificationOf({ groupKey, groupLabels, truncatedAlerts, alerts }: z.output<typeof payload>) {
  return {
    groupKey,
    groupLabels,
    reports: alerts.map(reportOf),
    truncated: truncatedAlerts,
    // A member of a cluster that missed the refreshing of an alert takes it for over, and goes on with it later.
    mayResume: true,
  };
}

function reportOf(its: z.output<typeof alert>): AlertReport {
  const { annotations } = its;
  return {
    fingerprint: its.fingerprint,
    name: its.labels.alertname ?? 'Alert',
    state: its.status,
    startsAt: new Date(its.startsAt).toISOString(),
    endsAt: its.status === 'resolved' && its.endsAt ? new Date(its.endsAt).toISOString() : null,
    labels: its.labels,
    summary: firstOf(annotations, ['summary', 'title', 'message']),
    description: firstOf(annotations, ['description']),
    value: firstOf(annotations, ['value', 'current_value']) ?? valuesOf(its.values),
    links: {
      runbook: firstOf(annotations, ['runbook_url', 'runbook']),
      dashboard: firstOf(annotations, ['dashboard_url', 'dashboard']) ?? its.panelURL ?? its.dashboardURL,
      source: its.generatorURL,
    },
  };
}

/** Grafana's values by the name of their query: `A = 12, B = 0.5`. */
function valuesOf(values: Readonly<Record<string, number | null>> | null | undefined): string | null {
  const known = Object.entries(values ?? {}).filter(([, value]) => value !== null);
  return known.length === 0 ? null : known.map(([name, value]) => `${name} = ${value}`).join(', ');
}
