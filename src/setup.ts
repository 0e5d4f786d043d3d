import { readConfigFile } from './config/file.ts';
import { type LoadedConfig, loadConfig } from './config/load.ts';
import type { ConfigProblem } from './config/problem.ts';
import type { Config } from './config/schema.ts';
import {
  type RevealedTokens,
  revealTokens,
  type Settings,
  secretKey,
  slackTransport,
} from './config/settings.ts';
import type { SettingsProblem } from './config/variables.ts';
import { demoConfig, describePlayground, type PlaygroundDescription } from './playground/demo-config.ts';
import type { SlackSettings } from './slack/connection.ts';

/** What the bot runs with: where it is configured, and the workspace it is in. */
export interface Setup {
  readonly config: Config;
  readonly slack: SlackSettings;
  /** What the sender of a webhook must know; null for one without a secret, which is off. */
  readonly webhookSecret: (webhook: string) => string | null;
  readonly tokens: RevealedTokens;
}

type Secrets = Pick<Settings, 'webhookSecrets' | 'tokens'>;

export type ReadSetup =
  | { readonly ok: true; readonly setup: Setup }
  | { readonly ok: false; readonly file: string; readonly errors: readonly ConfigProblem[] }
  | { readonly ok: false; readonly file: string; readonly unreadable: string }
  | { readonly ok: false; readonly problem: SettingsProblem };

/** The setup for a real workspace: the config file, and the tokens of the environment. */
export async function readSlackSetup(
  mode: Extract<Settings['mode'], { kind: 'slack' }>,
  secrets: Secrets,
): Promise<ReadSetup> {
  const loaded = await readConfig(mode.configPath);
  if (!('config' in loaded)) return loaded;
  const { config } = loaded;
  const chosen = slackTransport(mode.credentials, config.slack.transport);
  if (!chosen.ok) return chosen;
  const { transport } = chosen;
  const botToken = mode.credentials.botToken.reveal();
  const revealed =
    transport.kind === 'socket'
      ? ({ kind: 'socket', appToken: transport.appToken.reveal() } as const)
      : ({ kind: 'http', signingSecret: transport.signingSecret.reveal() } as const);
  const slack = { botToken, transport: revealed };
  return complete({ config, slack, webhookSecret: secretOf(secrets) }, secrets);
}

/** The setup for a playground that runs: its own config, unless a file is named, and its own tokens. */
export async function readPlaygroundSetup(
  { url, configPath }: { readonly url: string; readonly configPath: string | null },
  secrets: Secrets,
): Promise<ReadSetup> {
  const playground = await describePlayground(url);
  const loaded = configPath === null ? demoConfigOf(playground) : await readConfig(configPath);
  if (!('config' in loaded)) return loaded;
  const { bot, slack_api_url: apiUrl } = playground;
  const transport =
    loaded.config.slack.transport === 'socket'
      ? ({ kind: 'socket', appToken: bot.app_token } as const)
      : ({ kind: 'http', signingSecret: bot.signing_secret } as const);
  const slack = { botToken: bot.bot_token, transport, apiUrl };
  return complete({ config: loaded.config, slack, webhookSecret: secretOf(secrets) }, secrets);
}

function complete(setup: Omit<Setup, 'tokens'>, { tokens }: Secrets): ReadSetup {
  const revealed = revealTokens(tokens, setup.config);
  return revealed.ok ? { ok: true, setup: { ...setup, tokens: revealed.tokens } } : revealed;
}

function secretOf({ webhookSecrets }: Secrets): Setup['webhookSecret'] {
  return (webhook) => webhookSecrets.get(secretKey(webhook))?.reveal() ?? null;
}

type ReadConfig = { readonly config: Config } | Exclude<ReadSetup, { ok: true }>;

async function readConfig(file: string): Promise<ReadConfig> {
  const read = await readConfigFile(file);
  return read.ok ? valid(file, loadConfig(read.bytes)) : { ok: false, file, unreadable: read.reason };
}

function demoConfigOf(playground: PlaygroundDescription): ReadConfig {
  return valid('the demo’s config', loadConfig(new TextEncoder().encode(demoConfig(playground))));
}

function valid(file: string, loaded: LoadedConfig): ReadConfig {
  return loaded.ok ? { config: loaded.config } : { ok: false, file, errors: loaded.errors };
}
