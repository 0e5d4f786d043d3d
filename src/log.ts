import pino, { type Logger } from 'pino';
import { maskSecrets } from '../integrations/mask.ts';
import type { Settings } from './config/settings.ts';

/** What takes the place of a secret in a line. */
const MASK = '‹secret›';

/** The log: JSON, a line each, on standard output. No secret of the settings is in it, whoever wrote it into an error. */
export function createLog(settings: Settings): Logger {
  const secrets = secretsOf(settings).map(inJson);
  const options = {
    level: settings.logLevel,
    base: null,
    serializers: { err: describeError },
    hooks: {
      streamWrite: (line: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, MASK), line),
    },
  };
  const out = pino.destination({ dest: 1, sync: true });
  // Pino listens until the first error only: after that every line on a full disk would throw where it is written.
  out.on('error', () => undefined);
  return pino(options, out);
}

/** Shorter ones would mask what is none. */
const SHORTEST = 6;

/** Everything in the settings that nobody may read. */
export function secretsOf({ databaseUrl, webhookSecrets, tokens, mode }: Settings): readonly string[] {
  const { registryPasswords, ...others } = tokens;
  const slack = mode.kind === 'slack' ? Object.values(mode.credentials) : [];
  const held = [
    ...webhookSecrets.values(),
    ...registryPasswords.values(),
    ...Object.values(others),
    ...slack,
  ];
  const revealed = held.flatMap((secret) => (secret === null ? [] : [secret.reveal()]));
  const { password = '' } = URL.parse(databaseUrl?.reveal() ?? '') ?? {};
  return [...revealed, password, decoded(password)].filter((secret) => secret.length >= SHORTEST);
}

function decoded(password: string): string {
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}

/** As it stands within a text of JSON. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** An error without what libraries hang on it: a broken connection carries its client, and that its secrets. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return masked(error);
  const code = 'code' in error ? error.code : undefined;
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message: maskSecrets(message),
    code,
    stack: stack === undefined ? undefined : maskSecrets(stack),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}

/** What looks like a secret in the texts of plain data is masked; what is more than data is only named. */
function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskSecrets(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(masked);
  if (Object.getPrototypeOf(value) !== Object.prototype) return value.constructor.name;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, masked(one)]));
}
