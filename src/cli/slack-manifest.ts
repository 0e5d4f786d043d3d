import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const FILE = new URL('../../manifests/slack-app.yaml', import.meta.url);

const manifestSchema = z.object({
  display_information: z.object({ name: z.string(), description: z.string(), long_description: z.string() }),
  features: z.object({
    bot_user: z.object({ display_name: z.string() }),
    slash_commands: z.array(
      z.object({
        command: z.string(),
        description: z.string(),
        usage_hint: z.string(),
        should_escape: z.boolean(),
      }),
    ),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()) }),
    socket_mode_enabled: z.boolean(),
  }),
});

/** What the Slack app is configured with, by the manifest that people paste into Slack. */
export type SlackManifest = z.output<typeof manifestSchema>;

/** Reads the manifest that comes with Slipway. */
export function readSlackManifest(): SlackManifest {
  return manifestSchema.parse(parse(readFileSync(FILE, 'utf8')));
}
