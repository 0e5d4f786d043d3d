/**
 * Alerts of a bot: what receives them, what tells them, and what people do about them.
 * @module
 */
import { createSilenceApi } from '../../integrations/alerts/silences.ts';
import type { AlertsConfig } from '../config/alerts.ts';
import type { Webhook } from '../http/webhooks.ts';
import { hurryCanaries } from '../operations/canary/hurry.ts';
import type { OperationContext } from '../operations/context.ts';
import type { Engine } from '../operations/engine.ts';
import type { AlertContext, AlertMessages, Silences } from './context.ts';
import { type AlertDesk, startAlertDesk } from './desk-loop.ts';
import { alertWebhooks } from './intake.ts';

/** Everything that works on alerts with; null for a config that receives none. */
export function createAlertContext(parts: {
  readonly operations: OperationContext;
  readonly messages: (settings: AlertsConfig) => AlertMessages;
  readonly channelIdOf: (spelling: string) => Promise<string | null>;
}): AlertContext | null {
  const { operations, channelIdOf } = parts;
  const { config, database, clock, log } = operations;
  if (config.alerts === undefined) return null;
  return {
    database,
    settings: config.alerts,
    operations,
    messages: parts.messages(config.alerts),
    channelIdOf,
    silences: silencesOf(config.alerts),
    clock,
    log,
  };
}

/** Alerts that are received, told and acted upon until they are stopped. */
export interface RunningAlerts {
  readonly webhooks: readonly Webhook[];
  readonly desk: AlertDesk;
}

export function startAlerts(
  context: AlertContext,
  engine: Engine,
  secretOf: (webhook: string) => string | null,
): RunningAlerts {
  const { operations, log, database, clock } = context;
  const desk = startAlertDesk(context);
  const webhooks = alertWebhooks(
    {
      database,
      config: operations.config,
      clock,
      changed: ({ critical }) => {
        desk.changed();
        for (const { service, environment } of critical) {
          if (service === null) continue;
          hurryCanaries(operations, engine, { service, environment }).catch((err: unknown) =>
            log.warn({ err, service }, 'a canary could not be hurried; its next look will do'),
          );
        }
      },
    },
    secretOf,
  );
  for (const { name, secret } of webhooks) {
    if (secret === null)
      log.info({ webhook: name }, 'a source of alerts has no secret, so its webhook is off');
  }
  return { webhooks, desk };
}

function silencesOf({ sources }: AlertsConfig): ReadonlyMap<string, Silences> {
  return new Map(
    Object.entries(sources).flatMap(([name, source]) =>
      'api' in source && source.api !== undefined
        ? [[name, createSilenceApi(source.api, fetch)] as const]
        : [],
    ),
  );
}
