/**
 * Where alerts come together with Slack and the operations: a part of the composition root.
 * @module
 */
import { createAlertContext, startAlerts } from './alerts/alerts.ts';
import type { AlertContext } from './alerts/context.ts';
import type { Webhook } from './http/webhooks.ts';
import type { OperationContext } from './operations/context.ts';
import type { Engine } from './operations/engine.ts';
import type { Setup } from './setup.ts';
import { createAlertMessages } from './slack/alert-messages.ts';
import type { SlackConnection } from './slack/connection.ts';
import { en } from './slack/words/en.ts';

/** What alerts are worked on with; null for a config that has no sources of them. */
export function alertsOf(operations: OperationContext, slack: SlackConnection): AlertContext | null {
  return createAlertContext({
    operations,
    messages: (settings) => createAlertMessages({ words: en, settings, clock: operations.clock }),
    channelIdOf: slack.channels.idOf,
  });
}

/** Receives and tells alerts, where the config has sources of them. */
export function tellAlerts(
  alerts: AlertContext | null,
  parts: { readonly engine: Engine; readonly setup: Setup; readonly stack: AsyncDisposableStack },
): readonly Webhook[] {
  if (alerts === null) return [];
  const running = startAlerts(alerts, parts.engine, parts.setup.webhookSecret);
  parts.stack.defer(() => running.stop());
  return running.webhooks;
}
