/**
 * Alerts of a bot: what receives them, what tells them, and what people do about them.
 * @module
 */
import { askWhatFires } from '../../integrations/alerts/firing.ts';
import { createSilenceApi } from '../../integrations/alerts/silences.ts';
import type { AlertsConfig } from '../config/alerts.ts';
import type { Webhook } from '../http/webhooks.ts';
import { hurryCanaries } from '../operations/canary/hurry.ts';
import type { OperationContext } from '../operations/context.ts';
import type { Engine } from '../operations/engine.ts';
import { type Repetition, repeatedly } from '../operations/repeatedly.ts';
import type { AlertContext, AlertMessages, Silences } from './context.ts';
import { startAlertDesk } from './desk-loop.ts';
import { resolveEnded } from './ended.ts';
import { alertWebhooks, type IntakeContext } from './intake.ts';
import { tellingOnce } from './telling-once.ts';

/** Milliseconds between two looks at what fires where alerts come from. */
const LOOK_INTERVAL = 15_000;

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
  stop(): Promise<void>;
}

export function startAlerts(
  context: AlertContext,
  engine: Engine,
  secretOf: (webhook: string) => string | null,
): RunningAlerts {
  const { operations, log, database, clock } = context;
  const desk = startAlertDesk(context);
  const intake: IntakeContext = {
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
  };
  const webhooks = alertWebhooks(intake, secretOf);
  for (const { name, secret } of webhooks) {
    if (secret === null)
      log.info({ webhook: name }, 'a source of alerts has no secret, so its webhook is off');
  }
  const looks = lookForEnded(context, intake);
  return {
    webhooks,
    stop: async () => void (await Promise.all([desk, ...looks].map((running) => running.stop()))),
  };
}

/** Looks at what fires where that can be asked. */
function lookForEnded({ settings, log }: AlertContext, intake: IntakeContext): readonly Repetition[] {
  return Object.entries(settings.sources).flatMap(([source, its]) => {
    if (its.kind !== 'alertmanager' || its.api === undefined) return [];
    const { api } = its;
    const ask = tellingOnce(source, log, () => askWhatFires(api, fetch));
    return [
      repeatedly(`looking at what fires in ${source}`, LOOK_INTERVAL, log, () =>
        resolveEnded(intake, { source, alerts: settings, askWhatFires: ask }),
      ),
    ];
  });
}

function silencesOf({ sources }: AlertsConfig): ReadonlyMap<string, Silences> {
  return new Map(
    Object.entries(sources).flatMap(([name, source]) =>
      source.kind === 'alertmanager' && source.api !== undefined
        ? [[name, createSilenceApi(source.api, fetch)] as const]
        : [],
    ),
  );
}
