import type { Express } from 'express';
import type { Logger } from 'pino';
import type { Metrics } from './http/metrics.ts';
import { createHttpApp, type Readiness } from './http/server.ts';
import { type Webhook, webhookRoutes } from './http/webhooks.ts';
import type { Storing } from './operations/storing.ts';
import type { SlackConnection } from './slack/connection.ts';

/** Everything that the bot answers over HTTP: its own routes, webhooks, and Slack where it is reached so. */
export function httpApp(parts: {
  readonly slack: Pick<SlackConnection, 'app'>;
  readonly metrics: Metrics;
  readonly storing: Storing;
  readonly webhooks: readonly Webhook[];
  readonly log: Logger;
}): Express {
  const { slack, metrics, storing, webhooks, log } = parts;
  const readiness: Readiness = async () => {
    const trouble = await storing.trouble();
    const missing = trouble === null ? [] : [trouble];
    return slack.app.connected() ? missing : [...missing, 'Slack is not connected'];
  };
  const app = createHttpApp({ metrics, readiness });
  const observe = (call: { readonly webhook: string; readonly status: number }) => {
    if (call.status === 503) storing.failed();
    metrics.webhookAnswered(call);
  };
  app.use(webhookRoutes({ webhooks, opened: metrics.webhookOpened, observe, log }));
  if (slack.app.router !== null) app.use(slack.app.router);
  return app;
}
