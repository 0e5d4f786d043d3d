import { readFile } from 'node:fs/promises';
import { GoogleAuth } from 'google-auth-library';
import { TargetError } from '../target.ts';
import type { RegistriesConfig } from './config.ts';

/** What a registry, or the token service that it names, is shown: HTTP Basic. */
export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
  /** The host of a token service under another domain that may see them, where the config names one. */
  readonly tokenService?: string;
}

/** Asked before each sign-in, so that short-lived secrets stay fresh; null for anonymous. */
export type CredentialSource = () => Promise<RegistryCredentials | null>;

/** The credentials of each registry by its host: those of its account, else {@link defaultCredentials}. */
export function credentialsFor(
  accounts: RegistriesConfig,
  passwords: ReadonlyMap<string, string>,
): (host: string) => CredentialSource {
  return (host) => {
    const account = accounts[host];
    if (account === undefined) return defaultCredentials(host);
    const { username, passwordFile, tokenService } = account;
    return async () => ({
      username,
      password: await passwordOf(host, passwordFile, passwords),
      ...(tokenService === undefined ? {} : { tokenService }),
    });
  };
}

/** Short-lived tokens are put into their file again and again: it is read each time. */
async function passwordOf(
  host: string,
  file: string | undefined,
  passwords: ReadonlyMap<string, string>,
): Promise<string> {
  const password = file === undefined ? passwords.get(host) : await contentOf(host, file);
  if (password !== undefined && password !== '' && !/[\n\0]/.test(password)) return password;
  throw new TargetError('permission', `There is no password for the registry ${host}.`);
}

async function contentOf(host: string, file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new TargetError(
      'permission',
      `The password for the registry ${host} cannot be read from ${file}.`,
      {
        cause,
      },
    );
  }
}

const GOOGLE_HOST = /(^|\.)(pkg\.dev|gcr\.io)$/;

/** Anonymous everywhere but at Google's registries, where the process's own Google identity is shown. */
export function defaultCredentials(host: string): CredentialSource {
  return GOOGLE_HOST.test(host) ? googleCredentials() : async () => null;
}

/** Access tokens of the application default credentials, as Artifact Registry takes them. */
function googleCredentials(): CredentialSource {
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
  return async () => {
    const password = await auth.getAccessToken();
    return typeof password === 'string' ? { username: 'oauth2accesstoken', password } : null;
  };
}
