import { createHash } from 'node:crypto';
import type { DemoConfig } from './demo-config.ts';

export const ALERT_SECRET = 'a-secret-of-the-alertmanager';

/** Sources of alerts for a bot of the demo; `more` is laid over it. */
export function alerts(config: DemoConfig, more: object = {}): void {
  config.alerts = {
    sources: {
      alertmanager: { kind: 'alertmanager' },
      grafana: { kind: 'grafana' },
      google: { kind: 'google-monitoring' },
      signed: { kind: 'signed' },
      sagaforge: { kind: 'sagaforge', labels: { service: 'api', environment: 'production' } },
    },
    allow: { acknowledge: ['deployer', 'approver'], silence: ['approver'] },
    ...more,
  };
}

/** The variables that switch the webhooks on. */
export const ALERT_ENV = {
  WEBHOOK_SECRET_ALERTMANAGER: ALERT_SECRET,
  WEBHOOK_SECRET_GRAFANA: ALERT_SECRET,
  WEBHOOK_SECRET_GOOGLE: ALERT_SECRET,
  WEBHOOK_SECRET_SIGNED: ALERT_SECRET,
  WEBHOOK_SECRET_SAGAFORGE: ALERT_SECRET,
};

export interface TestAlert {
  readonly name: string;
  readonly status?: 'firing' | 'resolved';
  readonly severity?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  readonly endsAt?: string;
}

/** When alerts of a test begin unless they say: long enough ago for a clock that is a little behind. */
export const BEGAN = new Date(Date.now() - 60_000).toISOString();

/** What Alertmanager sends: version 4, field by field. */
export function alertmanagerPayload(
  group: string,
  reports: readonly TestAlert[],
  groupLabels: Readonly<Record<string, string>> = { alertname: reports[0]?.name ?? '' },
): object {
  const firing = reports.some(({ status }) => status !== 'resolved');
  return {
    version: '4',
    groupKey: `{}:{${group}}`,
    truncatedAlerts: 0,
    status: firing ? 'firing' : 'resolved',
    receiver: 'slipway',
    groupLabels,
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager:9093',
    alerts: reports.map(({ name, status = 'firing', severity = 'warning', ...more }) => ({
      status,
      labels: { alertname: name, severity, ...more.labels },
      annotations: { summary: `${name} is too high`, ...more.annotations },
      startsAt: more.startsAt ?? BEGAN,
      endsAt: status === 'resolved' ? (more.endsAt ?? new Date().toISOString()) : '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus:9090/graph?g0.expr=up',
      fingerprint: fingerprint(name, more.labels ?? {}),
    })),
  };
}

function fingerprint(name: string, labels: Readonly<Record<string, string>>): string {
  return createHash('sha256')
    .update(JSON.stringify([name, labels]))
    .digest('hex')
    .slice(0, 16);
}

/** Tells a bot about alerts as Alertmanager does; the status of its answer. */
export async function tell(botUrl: string, payload: object, source = 'alertmanager'): Promise<number> {
  const response = await fetch(`${botUrl}/webhooks/${source}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ALERT_SECRET}`, 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  });
  await response.body?.cancel();
  return response.status;
}
