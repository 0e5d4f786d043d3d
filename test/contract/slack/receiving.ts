import { createServer } from 'node:http';
import express from 'express';
import { onTestFinished } from 'vitest';
import type { Delivery } from '../../../src/domain/delivery.ts';
import { createSlackApp, SLACK_ENDPOINT, type SlackApp } from '../../../src/slack/app.ts';
import { systemClock } from '../../../src/slack/clock.ts';
import { createEphemeral } from '../../../src/slack/ephemeral.ts';
import { openDeployForm } from '../../../src/slack/forms.ts';
import { type ReceiveSettings, receive } from '../../../src/slack/receive.ts';
import { en } from '../../../src/slack/words/en.ts';
import { storeDelivery } from '../../../src/store/inbox.ts';
import { type Rig, silent } from './rig.ts';

export const SERVICES = [{ name: 'api', environments: ['staging', 'production'] }];

export interface Receiving {
  readonly app: SlackApp;
  /** How often each delivery came, by what became of it. */
  readonly accepted: { readonly delivery: Delivery; readonly result: 'stored' | 'duplicate' }[];
  /** How many of the next deliveries cannot be stored. */
  failures: number;
  /** Where Slack posts to, over HTTP. */
  readonly url: string;
  stored(): Promise<readonly Delivery[]>;
}

/** Everything that receives, with a real inbox; stopped when the test ends. */
export async function startReceiving(
  rig: Rig,
  kind: 'socket' | 'http' = 'socket',
  changes: Partial<ReceiveSettings> = {},
): Promise<Receiving> {
  const { signing_secret, app_token, bot_token } = rig.slack.workspace.seed.app;
  const app = createSlackApp({
    transport: kind === 'socket' ? { kind, appToken: app_token } : { kind, signingSecret: signing_secret },
    botToken: bot_token,
    identity: rig.identity,
    apiUrl: rig.slack.apiUrl,
    clock: systemClock,
    log: silent,
  });
  const url = await serve(app);
  const receiving: Receiving = {
    app,
    accepted: [],
    failures: 0,
    url,
    stored: async () => {
      const { rows } = await rig.test.database.query<{ delivery: Delivery }>(
        'select delivery from slipway.inbox order by received_at',
      );
      return rows.map(({ delivery }) => delivery);
    },
  };
  receive(app.bolt, { ...settingsFor(rig, receiving), ...changes });
  await app.start();
  onTestFinished(() => app.stop());
  return receiving;
}

function settingsFor(rig: Rig, receiving: Receiving): ReceiveSettings {
  const { clients, identity, test } = rig;
  return {
    identity,
    words: en,
    reactions: ['white_check_mark', 'no_entry'],
    services: SERVICES,
    accept: async (delivery) => {
      if (receiving.failures > 0) {
        receiving.failures -= 1;
        throw new Error('the database is away');
      }
      const result = await storeDelivery(test.database, delivery, 'executor');
      receiving.accepted.push({ delivery, result });
      return result;
    },
    openForm: ({ text, origin }) =>
      text === ''
        ? openDeployForm(clients.asking, {
            words: en,
            services: SERVICES,
            initial: { service: null, environment: null },
            origin,
          })
        : null,
    versions: async () => ['v1.2.0', 'v1.1.0'],
    openSilenceForm: () => Promise.reject(new Error('no silence is asked for here')),
    ephemeral: createEphemeral({ client: clients.publishing, clock: systemClock, log: silent, fetch }),
    log: silent,
  };
}

/** The one HTTP port of the bot, with Slack's routes on it if there are any. */
async function serve({ router }: SlackApp): Promise<string> {
  const app = express();
  if (router !== null) app.use(router);
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return `http://127.0.0.1:${address.port}${SLACK_ENDPOINT}`;
}
