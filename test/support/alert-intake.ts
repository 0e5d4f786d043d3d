import pino from 'pino';
import type { AlertContext } from '../../src/alerts/context.ts';
import { alertWebhooks, type IntakeContext } from '../../src/alerts/intake.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { Webhook } from '../../src/http/webhooks.ts';
import type { OperationContext } from '../../src/operations/context.ts';
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

/** What tells people of those alerts, on a channel C1 and into no log, but for what `own` says; nothing is sent. */
export function deskOn(
  operations: OperationContext,
  {
    messages,
    ...own
  }: Pick<AlertContext, 'clock'> &
    Partial<Omit<AlertContext, 'messages'>> & {
      readonly messages: Pick<AlertContext['messages'], 'group'> & Partial<AlertContext['messages']>;
    },
): AlertContext {
  const { alerts: settings } = alertedConfig;
  if (settings === undefined) throw new Error('no alerts');
  return {
    database: operations.database,
    settings,
    operations,
    messages: {
      line: async () => undefined,
      digest: async () => 1,
      withdraw: async (_tx, ids) => ids,
      report: async () => undefined,
      ...messages,
    },
    channelIdOf: async () => 'C1',
    silences: new Map(),
    log: pino({ level: 'silent' }),
    ...own,
  };
}
