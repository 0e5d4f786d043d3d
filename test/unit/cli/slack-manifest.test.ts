import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../commands/index.ts';
import { readSlackManifest } from '../../../src/cli/slack-manifest.ts';

describe('the Slack app manifest', () => {
  const manifest = readSlackManifest();

  it('declares every command as its grammar describes it', () => {
    const declared = Object.values(COMMANDS).map(({ name, description, usageHint }) => ({
      command: `/${name}`,
      description,
      usage_hint: usageHint,
      should_escape: false,
    }));
    expect(manifest.features.slash_commands).toEqual(declared);
  });

  it('gives the reason for each scope, and asks for none twice', () => {
    const { bot } = manifest.oauth_config.scopes;
    const text = readFileSync('manifests/slack-app.yaml', 'utf8');
    for (const scope of bot) expect(text, scope).toMatch(new RegExp(`- ${scope} # \\S+`));
    expect(new Set(bot).size).toBe(bot.length);
  });

  it('stays within what Slack accepts', () => {
    const { display_information, features, settings } = manifest;
    expect(display_information.name.length).toBeLessThanOrEqual(35);
    expect(display_information.description.length).toBeLessThanOrEqual(140);
    expect(display_information.long_description.length).toBeGreaterThanOrEqual(175);
    expect(features.bot_user.display_name).toMatch(/^[a-z0-9-_.]{1,80}$/);
    expect(settings.socket_mode_enabled).toBe(true);
  });
});
