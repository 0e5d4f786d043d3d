import { GoogleAuth } from 'google-auth-library';

/** What a registry, or the token service that it names, is shown: HTTP Basic. */
export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

/** Asked before each sign-in, so that short-lived secrets stay fresh; null for anonymous. */
export type CredentialSource = () => Promise<RegistryCredentials | null>;

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
