import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { readSettings, type Settings, secretKey, slackTransport } from '../../../src/config/settings.ts';
import type { SettingsProblem } from '../../../src/config/variables.ts';

const files: Readonly<Record<string, string>> = {
  '/run/secrets/bot': 'xoxb-from-a-file\n',
  '/run/secrets/empty': ' \n',
};

function read(env: Readonly<Record<string, string>>) {
  return readSettings({
    env,
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
      return text;
    },
  });
}

function settings(env: Readonly<Record<string, string>>): Settings {
  const settled = read(env);
  if (!settled.ok) throw new Error(JSON.stringify(settled.problems));
  return settled.settings;
}

function problems(env: Readonly<Record<string, string>>): readonly SettingsProblem[] {
  const settled = read(env);
  return settled.ok ? [] : settled.problems;
}

const slack = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };

describe('an empty environment', () => {
  it('is a playground with everything brought along', () => {
    expect(settings({})).toEqual({
      port: 3000,
      dataDirectory: '.slipway',
      logLevel: 'warn',
      databaseUrl: null,
      webhookSecrets: new Map(),
      tokens: { githubToken: null, githubAppKey: null, vercelToken: null, registryPasswords: new Map() },
      mode: { kind: 'playground', where: 'embedded', port: 4000, configPath: null },
    });
  });

  it('is the same when variables are set to nothing', () => {
    expect(settings({ PORT: '', SLACK_BOT_TOKEN: ' ', SLACK_BOT_TOKEN_FILE: '', DATABASE_URL: '' })).toEqual(
      settings({}),
    );
  });
});

describe('the environment', () => {
  it('says where to listen, to store and what to log', () => {
    const env = {
      PORT: '0',
      PLAYGROUND_PORT: '4100',
      SLIPWAY_DATA: '/var/lib/slipway',
      LOG_LEVEL: 'debug',
      SLIPWAY_CONFIG: 'my.yaml',
    };
    expect(settings(env)).toMatchObject({
      port: 0,
      dataDirectory: '/var/lib/slipway',
      logLevel: 'debug',
      mode: { where: 'embedded', port: 4100, configPath: 'my.yaml' },
    });
  });

  it('can name a playground that runs already', () => {
    expect(settings({ SLIPWAY_PLAYGROUND: 'http://127.0.0.1:4000/' }).mode).toEqual({
      kind: 'playground',
      where: 'attached',
      url: 'http://127.0.0.1:4000',
      configPath: null,
    });
  });

  it('turns to Slack with its tokens', () => {
    const { mode } = settings(slack);
    expect(mode).toMatchObject({ kind: 'slack', configPath: 'slipway.yaml' });
    expect(mode.kind === 'slack' && mode.credentials.botToken.reveal()).toBe('xoxb-1');
  });

  it('takes secrets from files', () => {
    const { mode } = settings({ SLACK_BOT_TOKEN_FILE: '/run/secrets/bot', SLACK_SIGNING_SECRET: 's' });
    expect(mode.kind === 'slack' && mode.credentials.botToken.reveal()).toBe('xoxb-from-a-file');
  });
});

describe('a wrong environment', () => {
  it.each([
    [{ PORT: '70000' }, 'PORT', 'is "70000", but a port is a number from 0 to 65535'],
    [{ PORT: '3e3' }, 'PORT', 'is "3e3", but a port is a number from 0 to 65535'],
    [{ PLAYGROUND_PORT: '-1' }, 'PLAYGROUND_PORT', 'is "-1", but a port is a number from 0 to 65535'],
    [{ PORT: '4000' }, 'PLAYGROUND_PORT', 'is 4000, and so is PORT; they must differ'],
    [
      { LOG_LEVEL: 'inf' },
      'LOG_LEVEL',
      'is "inf", but may be fatal, error, warn, info, debug, trace, silent; did you mean info?',
    ],
    [
      { DATABASE_URL: 'mysql://root:hunter2@db/x' },
      'DATABASE_URL',
      'is not an address such as postgresql://user:password@host:5432/slipway',
    ],
    [
      { ...slack, SLACK_BOT_TOKEN: 'xapp-hunter2' },
      'SLACK_BOT_TOKEN',
      'does not look right: a bot token begins with xoxb-',
    ],
    [
      { ...slack, SLACK_APP_TOKEN: 'xoxb-hunter2' },
      'SLACK_APP_TOKEN',
      'does not look right: an app-level token begins with xapp-',
    ],
    [
      { SLACK_BOT_TOKEN: 'xoxb-1' },
      'SLACK_APP_TOKEN',
      'is missing: Socket Mode needs it; with slack.transport http, set SLACK_SIGNING_SECRET instead',
    ],
    [{ SLACK_APP_TOKEN: 'xapp-1' }, 'SLACK_BOT_TOKEN', 'is missing, though SLACK_APP_TOKEN is set'],
    [
      { ...slack, SLACK_BOT_TOKEN_FILE: '/run/secrets/bot' },
      'SLACK_BOT_TOKEN',
      'is set, and so is SLACK_BOT_TOKEN_FILE; set one of them',
    ],
    [
      { SLACK_APP_TOKEN: 'xapp-1', SLACK_BOT_TOKEN_FILE: '/none' },
      'SLACK_BOT_TOKEN_FILE',
      "names /none, which can't be read: ENOENT: no such file, open '/none'",
    ],
    [
      { SLACK_APP_TOKEN: 'xapp-1', SLACK_BOT_TOKEN_FILE: '/run/secrets/empty' },
      'SLACK_BOT_TOKEN_FILE',
      'names /run/secrets/empty, which is empty',
    ],
    [
      { ...slack, SLIPWAY_PLAYGROUND: 'http://127.0.0.1:4000' },
      'SLIPWAY_PLAYGROUND',
      'is set, and so is SLACK_BOT_TOKEN; the bot is in one workspace',
    ],
    [
      { SLIPWAY_PLAYGROUND: 'http://10.0.0.1:4000' },
      'SLIPWAY_PLAYGROUND',
      'is not the address of a playground, such as http://127.0.0.1:4000',
    ],
    [
      { SLIPWAY_PLAYGROUND: '4000' },
      'SLIPWAY_PLAYGROUND',
      'is not the address of a playground, such as http://127.0.0.1:4000',
    ],
  ])('is told: %o', (env, variable, message) => {
    expect(problems(env)).toEqual([{ variable, message }]);
  });

  it('is told all at once, without what is secret', () => {
    const found = problems({
      PORT: 'x',
      LOG_LEVEL: 'x',
      DATABASE_URL: 'hunter2',
      SLACK_BOT_TOKEN: 'hunter2',
      SLACK_APP_TOKEN: 'hunter2',
    });
    expect(found.map(({ variable }) => variable)).toEqual([
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN',
      'PORT',
      'LOG_LEVEL',
      'DATABASE_URL',
    ]);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });
});

describe('the transport of the config', () => {
  const botToken = new Secret('xoxb-1');
  const both = { botToken, appToken: new Secret('xapp-1'), signingSecret: new Secret('s') };

  it('takes what it needs', () => {
    expect(slackTransport(both, 'socket')).toMatchObject({ ok: true, transport: { kind: 'socket' } });
    expect(slackTransport(both, 'http')).toMatchObject({ ok: true, transport: { kind: 'http' } });
  });

  it('says what it lacks', () => {
    expect(slackTransport({ ...both, appToken: null }, 'socket')).toMatchObject({
      problem: { variable: 'SLACK_APP_TOKEN' },
    });
    expect(slackTransport({ ...both, signingSecret: null }, 'http')).toMatchObject({
      problem: { variable: 'SLACK_SIGNING_SECRET' },
    });
  });
});

describe('the secrets of webhooks', () => {
  const long = 'a-secret-of-some-length';

  it('are found by the name of the webhook, by themselves or in files', () => {
    const { webhookSecrets } = settings({
      ...slack,
      WEBHOOK_SECRET_GOOGLE_MONITORING: long,
      WEBHOOK_SECRET_GITHUB_FILE: '/run/secrets/bot',
    });
    expect(webhookSecrets.get(secretKey('google-monitoring'))?.reveal()).toBe(long);
    expect(webhookSecrets.get(secretKey('github'))?.reveal()).toBe('xoxb-from-a-file');
    expect([...webhookSecrets.keys()].sort()).toEqual(['GITHUB', 'GOOGLE_MONITORING']);
  });

  it('are refused when they can be guessed, without being told', () => {
    const found = problems({ ...slack, WEBHOOK_SECRET_GITHUB: 'hunter2' });
    expect(found).toEqual([{ variable: 'WEBHOOK_SECRET_GITHUB', message: 'is shorter than 16 characters' }]);
  });
});

describe('a secret', () => {
  it('shows itself only when asked by name', () => {
    const secret = new Secret('hunter2');
    const shown = [
      `${secret}`,
      String(secret),
      JSON.stringify({ secret }),
      inspect({ deep: [secret] }),
      inspect(secret, { showHidden: true }),
      JSON.stringify(Object.entries(secret)),
    ];
    expect(shown.join(' ')).not.toContain('hunter2');
    expect(`${secret}`).toBe('‹secret›');
    expect(secret.reveal()).toBe('hunter2');
  });
});
