import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../integrations/target.ts';
import type { Note } from '../../../src/cli/doctor.ts';
import { slackChecks } from '../../../src/cli/doctor-slack.ts';
import { readSlackManifest } from '../../../src/cli/slack-manifest.ts';
import { type Config, configSchema } from '../../../src/config/schema.ts';
import { Secret } from '../../../src/config/secret.ts';
import { defaultSeed, type WorkspaceSeed } from '../../../src/playground/slack/seed.ts';
import { startWorkspace } from '../../contract/playground-slack/running-workspace.ts';

const manifest = readSlackManifest();
const app = { ...defaultSeed.app, scopes: manifest.oauth_config.scopes.bot };
/** The local workspace with an app that was made from the manifest. */
const made: WorkspaceSeed = { ...defaultSeed, app };

const config = configSchema.parse({
  slack: { incidentChannel: '#incidents' },
  roles: {
    deployers: { users: ['U0ANA000001'] },
    approvers: { groups: ['@release-managers'], users: ['U0ANA000001'] },
  },
  environments: { production: { channels: ['deploys'] } },
  services: {},
  channels: { '#deploys': {}, C0GENERAL01: {} },
});

interface Choices {
  readonly seed?: WorkspaceSeed;
  readonly config?: Config;
  readonly botToken?: string;
  readonly appToken?: string | null;
  readonly slackApiUrl?: string;
}

async function examine(choices: Choices = {}): Promise<readonly (Finding | Note)[]> {
  const { seed = made, botToken = app.bot_token, appToken = app.app_token } = choices;
  const { apiUrl } = await startWorkspace({ seed });
  const checks = slackChecks({
    config: choices.config ?? config,
    manifest,
    botToken: new Secret(botToken),
    appToken: appToken === null ? null : new Secret(appToken),
    slackApiUrl: choices.slackApiUrl ?? apiUrl,
  });
  return (await Promise.all(checks.map((check) => check.run()))).flat();
}

function wrong(lines: readonly (Finding | Note)[]): readonly string[] {
  return lines.flatMap((line) =>
    'ok' in line && !line.ok ? [`${line.subject}: ${line.detail} → ${line.remedy}`] : [],
  );
}

describe('the doctor in a workspace', () => {
  it('finds everything right, and says what only a person can see', async () => {
    const lines = await examine();
    expect(wrong(lines)).toEqual([]);
    expect(lines.map(({ subject }) => subject)).toEqual([
      'Slack bot token',
      'Slack scopes',
      'Slack Socket Mode',
      'Channel #deploys',
      'Channel C0GENERAL01',
      'Channel deploys',
      'Channel #incidents',
      'User group @release-managers',
      'Person U0ANA000001',
      'Slack event subscriptions',
    ]);
    expect(lines.at(-1)).toMatchObject({
      note: expect.stringContaining(
        '/apps/A0SLIPWAY01/event-subscriptions lists app_mention, reaction_added, reaction_removed',
      ),
    });
  });

  it('names the scopes that are missing, and where to add them', async () => {
    const scopes = app.scopes.filter((scope) => !['reactions:read', 'files:write'].includes(scope));
    expect(wrong(await examine({ seed: { ...made, app: { ...app, scopes } } }))).toEqual([
      'Slack scopes: these are missing: files:write, reactions:read → Add them under “OAuth & Permissions” at https://api.slack.com/apps/A0SLIPWAY01 and install the app again.',
    ]);
  });

  it('tells what to do about a token that Slack refuses', async () => {
    const found = wrong(await examine({ botToken: 'xoxb-wrong' }));
    expect(found[0]).toBe(
      'Slack bot token: Slack answers “invalid_auth” → Set SLACK_BOT_TOKEN to the bot token of the installed app.',
    );
    expect(found.join()).not.toContain('xoxb-wrong');
  });

  it('tells when the app token may not use Socket Mode', async () => {
    expect(wrong(await examine({ appToken: 'xapp-wrong' }))).toEqual([
      'Slack Socket Mode: Slack answers “invalid_auth” → Set SLACK_APP_TOKEN to an app-level token with the scope connections:write, and switch Socket Mode on.',
    ]);
  });

  it('does not ask about Socket Mode without an app token', async () => {
    const lines = await examine({ appToken: null });
    expect(lines.map(({ subject }) => subject)).not.toContain('Slack Socket Mode');
  });

  it('tells channels apart: without the bot, not there', async () => {
    const channels = defaultSeed.channels.map((channel) =>
      channel.name === 'deploys' ? { ...channel, members: ['U0ANA000001'] } : channel,
    );
    const elsewhere = { ...config, channels: { '#deploys': {}, '#nowhere': {} }, environments: {} };
    expect(wrong(await examine({ seed: { ...made, channels }, config: elsewhere }))).toEqual([
      'Channel #deploys: is there without the bot → Invite the bot there: /invite @slipway.',
      expect.stringContaining('Channel #nowhere: is not there, or is private without the bot → Create it'),
    ]);
  });

  it('tells who in a role is nobody to Slipway', async () => {
    const users = made.users.map((user) => {
      if (user.name === 'ana') return { ...user, deleted: true };
      return user.name === 'dana' ? { ...user, is_restricted: true } : user;
    });
    const deployers = {
      users: ['U0ANA000001', 'U0DANA00001', 'U0SLIPWAY01', 'U0NOBODY'],
      emails: ['x@example.com'],
      groups: ['ops'],
    };
    const found = await examine({ seed: { ...made, users }, config: { ...config, roles: { deployers } } });
    expect(wrong(found).map((line) => line.split(' →')[0])).toEqual([
      'User group ops: is not there, so it gives nobody the role deployers',
      'Person U0ANA000001: is deactivated, but is named in the role deployers',
      'Person U0DANA00001: is a guest, but is named in the role deployers',
      'Person U0SLIPWAY01: is a bot, but is named in the role deployers',
      'Person U0NOBODY: is not in this workspace, but is named in the role deployers',
      'Person x@example.com: is not in this workspace, but is named in the role deployers',
    ]);
  });

  it('tells when Slack cannot be reached', async () => {
    const found = wrong(await examine({ slackApiUrl: 'http://127.0.0.1:1/api/' }));
    expect(found[0]).toMatch(/^Slack bot token: Slack can't be reached: .* → Let this machine reach/);
  });
});
