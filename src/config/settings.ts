import { isLoopback } from '../../integrations/loopback.ts';
import type { Config } from './schema.ts';
import type { Secret } from './secret.ts';
import { type SettingsProblem, type SettingsSource, Variables } from './variables.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const SHORTEST_SECRET = 16;

/** What the environment says: everything that `slipway.yaml` does not. */
export interface Settings {
  /** Of the bot's own HTTP; 0 takes any free port. */
  readonly port: number;
  readonly dataDirectory: string;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Null: bring a PostgreSQL along. */
  readonly databaseUrl: Secret | null;
  /** What the senders of webhooks must know, by {@link secretKey} of the webhook's name. */
  readonly webhookSecrets: ReadonlyMap<string, Secret>;
  /** What other systems are spoken to with. */
  readonly tokens: IntegrationTokens;
  readonly mode: Mode;
}

/** Secrets of integrations; which of them are needed, the config says. */
export interface IntegrationTokens {
  readonly githubToken: Secret | null;
  /** The private key of the GitHub App that `github.app` names, in PEM. */
  readonly githubAppKey: Secret | null;
  readonly vercelToken: Secret | null;
  /** Of the accounts under `registries`, by {@link secretKey} of the registry's host. */
  readonly registryPasswords: ReadonlyMap<string, Secret>;
}

/** What stands behind `WEBHOOK_SECRET_` for a webhook, and `REGISTRY_PASSWORD_` for a host: `google-monitoring` is `GOOGLE_MONITORING`. */
export function secretKey(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

/** Where people talk to the bot. A playground without a `configPath` uses the demo's own config. */
export type Mode =
  | {
      readonly kind: 'playground';
      readonly where: 'embedded';
      readonly port: number;
      readonly configPath: string | null;
    }
  /** A playground that runs in another process on this machine. */
  | {
      readonly kind: 'playground';
      readonly where: 'attached';
      readonly url: string;
      readonly configPath: string | null;
    }
  | { readonly kind: 'slack'; readonly credentials: SlackCredentials; readonly configPath: string };

/** Which of the last two is needed depends on `slack.transport` in the config; one of them is there. */
export interface SlackCredentials {
  readonly botToken: Secret;
  readonly appToken: Secret | null;
  readonly signingSecret: Secret | null;
}

/** How Slack is spoken to, with what that takes. */
export type SlackTransport =
  | { readonly kind: 'socket'; readonly appToken: Secret }
  | { readonly kind: 'http'; readonly signingSecret: Secret };

export type ReadSettings =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly SettingsProblem[] };

/** The only reader of the environment. Tells everything that is wrong with it at once. */
export function readSettings(source: SettingsSource): ReadSettings {
  const variables = new Variables(source);
  const mode = readMode(variables);
  // Somebody who tries it at a terminal wants to see addresses and trouble, and nothing else.
  const usualLevel = mode.kind === 'playground' ? 'warn' : 'info';
  const settings: Settings = {
    port: variables.port('PORT', 3000),
    dataDirectory: variables.text('SLIPWAY_DATA') ?? '.slipway',
    logLevel: variables.choice('LOG_LEVEL', LOG_LEVELS, usualLevel),
    databaseUrl: variables.secret('DATABASE_URL', wrongDatabaseUrl),
    webhookSecrets: variables.secretsBehind('WEBHOOK_SECRET_', tooShort),
    tokens: {
      githubToken: variables.secret('GITHUB_TOKEN', () => null),
      vercelToken: variables.secret('VERCEL_TOKEN', () => null),
      registryPasswords: variables.secretsBehind('REGISTRY_PASSWORD_', () => null),
      githubAppKey: variables.secret(
        'GITHUB_APP_KEY',
        begins(/^-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key in PEM begins with -----BEGIN'),
      ),
    },
    mode,
  };
  checkPorts(settings, variables);
  const { problems } = variables;
  return problems.length === 0 ? { ok: true, settings } : { ok: false, problems };
}

/** What the config's transport takes, or the variable that is missing. */
export function slackTransport(
  { appToken, signingSecret }: SlackCredentials,
  transport: Config['slack']['transport'],
):
  | { readonly ok: true; readonly transport: SlackTransport }
  | { readonly ok: false; readonly problem: SettingsProblem } {
  if (transport === 'socket') {
    if (appToken !== null) return { ok: true, transport: { kind: 'socket', appToken } };
    const message = 'is missing, and slack.transport is socket; or set slack.transport to http in the config';
    return { ok: false, problem: { variable: 'SLACK_APP_TOKEN', message } };
  }
  if (signingSecret !== null) return { ok: true, transport: { kind: 'http', signingSecret } };
  const message = 'is missing, and slack.transport is http: without it nobody can tell who a request is from';
  return { ok: false, problem: { variable: 'SLACK_SIGNING_SECRET', message } };
}

/** The tokens that the config's parts take, or the first variable that is missing. */
export function revealTokens(
  { githubToken, githubAppKey, vercelToken, registryPasswords }: IntegrationTokens,
  { github, services, registries }: Pick<Config, 'github' | 'services' | 'registries'>,
):
  | { readonly ok: true; readonly tokens: RevealedTokens }
  | { readonly ok: false; readonly problem: SettingsProblem } {
  if (github !== undefined && github.app !== undefined && githubAppKey === null) {
    const message = 'is missing, and github.app in the config needs the App’s private key';
    return { ok: false, problem: { variable: 'GITHUB_APP_KEY', message } };
  }
  if (github !== undefined && github.app === undefined && githubToken === null) {
    const message = 'is missing, and github in the config needs it, or an App under github.app';
    return { ok: false, problem: { variable: 'GITHUB_TOKEN', message } };
  }
  const kinds = Object.values(services).flatMap(({ environments }) =>
    Object.values(environments).map(({ target }) => target.kind),
  );
  if (kinds.includes('vercel') && vercelToken === null) {
    const message = 'is missing, and a target of kind vercel in the config needs it';
    return { ok: false, problem: { variable: 'VERCEL_TOKEN', message } };
  }
  const hosts = Object.keys(registries).filter((host) => registries[host]?.passwordFile === undefined);
  const nameless = hosts.find((host) => !registryPasswords.has(secretKey(host)));
  if (nameless !== undefined) {
    const message = `is missing, and ${nameless} under registries in the config needs it, or a passwordFile`;
    return { ok: false, problem: { variable: `REGISTRY_PASSWORD_${secretKey(nameless)}`, message } };
  }
  const tokens = {
    registryPasswords: new Map(
      hosts.map((host) => [host, registryPasswords.get(secretKey(host))?.reveal() ?? ''] as const),
    ),
    vercelToken: vercelToken?.reveal() ?? null,
    githubToken: githubToken?.reveal() ?? null,
    githubAppKey: githubAppKey?.reveal() ?? null,
  };
  return { ok: true, tokens };
}

/** {@link IntegrationTokens} in the clear, for whoever speaks to those systems. */
export type RevealedTokens = {
  readonly [Name in Exclude<keyof IntegrationTokens, 'registryPasswords'>]: string | null;
} & {
  /** By the registry's host. */
  readonly registryPasswords: ReadonlyMap<string, string>;
};

function readMode(variables: Variables): Mode {
  const credentials = readCredentials(variables);
  const url = readPlaygroundUrl(variables);
  const port = variables.port('PLAYGROUND_PORT', 4000);
  const configPath = variables.text('SLIPWAY_CONFIG');
  if (credentials !== null && url !== null) {
    variables.refuse('SLIPWAY_PLAYGROUND', 'is set, and so is SLACK_BOT_TOKEN; the bot is in one workspace');
  }
  if (credentials !== null) return { kind: 'slack', credentials, configPath: configPath ?? 'slipway.yaml' };
  if (url !== null) return { kind: 'playground', where: 'attached', url, configPath };
  return { kind: 'playground', where: 'embedded', port, configPath };
}

/** Null without any of Slack's variables: then nobody wants a real workspace. */
function readCredentials(variables: Variables): SlackCredentials | null {
  const given = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'].filter((name) =>
    variables.given(name),
  );
  const botToken = variables.secret(
    'SLACK_BOT_TOKEN',
    begins(/^(xoxe\.)?xoxb-/, 'a bot token begins with xoxb-'),
  );
  const appToken = variables.secret(
    'SLACK_APP_TOKEN',
    begins(/^xapp-/, 'an app-level token begins with xapp-'),
  );
  const signingSecret = variables.secret('SLACK_SIGNING_SECRET', () => null);
  if (given.length > 0 && !given.includes('SLACK_BOT_TOKEN')) {
    variables.refuse('SLACK_BOT_TOKEN', `is missing, though ${given.join(' and ')} is set`);
  }
  if (given.length === 1 && given.includes('SLACK_BOT_TOKEN')) {
    const message =
      'is missing: Socket Mode needs it; with slack.transport http, set SLACK_SIGNING_SECRET instead';
    variables.refuse('SLACK_APP_TOKEN', message);
  }
  return botToken === null ? null : { botToken, appToken, signingSecret };
}

function readPlaygroundUrl(variables: Variables): string | null {
  const text = variables.text('SLIPWAY_PLAYGROUND');
  if (text === null) return null;
  const url = URL.parse(text);
  if (url?.protocol === 'http:' && isLoopback(url.host) && url.pathname === '/') return url.origin;
  variables.refuse('SLIPWAY_PLAYGROUND', 'is not the address of a playground, such as http://127.0.0.1:4000');
  return null;
}

/** Two listeners need two ports, unless the system picks them. */
function checkPorts({ port, mode }: Settings, variables: Variables): void {
  if (mode.kind !== 'playground' || mode.where !== 'embedded' || port === 0 || port !== mode.port) return;
  variables.refuse('PLAYGROUND_PORT', `is ${port}, and so is PORT; they must differ`);
}

function wrongDatabaseUrl(text: string): string | null {
  const protocol = URL.parse(text)?.protocol;
  if (protocol === 'postgres:' || protocol === 'postgresql:') return null;
  return 'is not an address such as postgresql://user:password@host:5432/slipway';
}

/** Whoever guesses it can tell the bot anything. */
function tooShort(secret: string): string | null {
  return secret.length >= SHORTEST_SECRET ? null : `is shorter than ${SHORTEST_SECRET} characters`;
}

function begins(pattern: RegExp, rule: string): (value: string) => string | null {
  return (value) => (pattern.test(value) ? null : `does not look right: ${rule}`);
}
