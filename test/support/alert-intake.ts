import { alertWebhooks, type IntakeContext } from '../../src/alerts/intake.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { Webhook } from '../../src/http/webhooks.ts';
import type { Database } from '../../src/store/database.ts';
import { ALERT_SECRET } from './alerts.ts';

const target = { kind: 'cloud-run', project: 'p', region: 'r', service: 's' };

/** A config with one service and a source of every kind. */
export const alertedConfig = configSchema.parse({
  slack: { incidentChannel: '#incidents' },
  environments: { production: {} },
  services: { api: { environments: { production: { target } } } },
  alerts: {
    sources: {
      alertmanager: { kind: 'alertmanager' },
      grafana: { kind: 'grafana' },
      google: { kind: 'google-monitoring' },
      signed: { kind: 'signed' },
      sagaforge: {
        kind: 'sagaforge',
        labels: { service: 'api', environment: 'production', severity: 'critical' },
      },
    },
  },
});

/** The webhooks of that config on a database, without anybody who tells people. */
export function intakeOn(
  database: Database,
  clock: () => Date,
): { readonly context: IntakeContext; readonly webhooks: readonly Webhook[] } {
  const context: IntakeContext = { database, config: alertedConfig, clock, changed: () => undefined };
  return { context, webhooks: alertWebhooks(context, () => ALERT_SECRET) };
}
