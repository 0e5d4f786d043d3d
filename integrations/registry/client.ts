import { z } from 'zod';
import { TargetError } from '../target.ts';
import { ask, mayKnowPassword, mayLeadTo } from './ask.ts';
import { type Challenge, parseChallenge } from './challenge.ts';
import { type CredentialSource, defaultCredentials, type RegistryCredentials } from './credentials.ts';
import type { Repository } from './repository.ts';

/** Lifetime of a token that does not say it (Distribution token specification). */
const DEFAULT_TOKEN_SECONDS = 60;

const tokenAnswer = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().positive().default(DEFAULT_TOKEN_SECONDS),
});

export interface RegistryClientOptions {
  readonly repository: Repository;
  readonly credentials?: CredentialSource;
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * Requests to one repository of an OCI registry (Distribution specification 1.1), signed in when the
 * registry asks for it. Answers of 200 and 404 are returned; everything else is a {@link TargetError}.
 */
export class RegistryClient {
  readonly #repository: Repository;
  readonly #credentials: CredentialSource;
  readonly #fetch: typeof globalThis.fetch;
  readonly #now: () => number;
  /** Who signed in last; null for nobody. */
  #account: string | null = null;
  #authorization: { readonly header: string; readonly until: number } | null = null;

  constructor(options: RegistryClientOptions) {
    this.#repository = options.repository;
    this.#credentials = options.credentials ?? defaultCredentials(options.repository.host);
    this.#fetch = options.fetch ?? globalThis.fetch;
    this.#now = options.now ?? Date.now;
  }

  /** `path` is relative to the repository: `manifests/v1.2.0`; an absolute one must be of the same origin. */
  async request(method: 'GET' | 'HEAD', path: string, accept: string): Promise<Response> {
    const url = this.#url(path);
    const first = await this.#send(method, url, accept);
    if (first.status !== 401) return this.#check(first);
    const challenge = parseChallenge(first.headers.get('www-authenticate'));
    this.#authorization = challenge === null ? null : await this.#signIn(challenge);
    if (this.#authorization === null) throw this.#refused(first);
    return this.#check(await this.#send(method, url, accept));
  }

  #url(path: string): URL {
    const { origin, name } = this.#repository;
    const url = URL.parse(path, `${origin}/v2/${name}/`);
    if (url?.origin === new URL(origin).origin) return url;
    throw new TargetError(
      'invalid',
      `The registry ${this.#repository.host} points to another host: ${url?.host ?? path}.`,
    );
  }

  async #send(method: 'GET' | 'HEAD', url: URL, accept: string): Promise<Response> {
    const held = this.#authorization;
    const signedIn = held !== null && held.until > this.#now() ? { authorization: held.header } : {};
    const { host } = this.#repository;
    return ask(url, { method, headers: { accept, ...signedIn } }, { host, fetch: this.#fetch });
  }

  async #signIn(challenge: Challenge): Promise<{ header: string; until: number } | null> {
    const credentials = await this.#ownCredentials();
    this.#account = credentials?.username ?? null;
    const basic =
      credentials === null
        ? null
        : `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
    if (challenge.scheme === 'basic') {
      return basic === null ? null : { header: basic, until: Number.POSITIVE_INFINITY };
    }
    this.#checkRealm(challenge.realm, credentials);
    return this.#token(challenge, basic);
  }

  async #token(challenge: Challenge & { scheme: 'bearer' }, basic: string | null) {
    const { realm, service, scope } = challenge;
    const { host } = this.#repository;
    const url = new URL(realm);
    if (service !== null) url.searchParams.set('service', service);
    url.searchParams.set('scope', scope ?? `repository:${this.#repository.name}:pull`);
    const headers = basic === null ? {} : { authorization: basic };
    const answer = this.#check(await ask(url, { method: 'GET', headers }, { host, fetch: this.#fetch }));
    const parsed = tokenAnswer.safeParse(await answer.json().catch(() => null));
    const token = parsed.data?.token ?? parsed.data?.access_token;
    if (parsed.data === undefined || token === undefined) {
      throw new TargetError('unavailable', `${url.host} answered a sign-in without a token.`);
    }
    return { header: `Bearer ${token}`, until: this.#now() + parsed.data.expires_in * 1_000 };
  }

  /** Whoever answers for the registry must not lead us astray, nor learn a password that lasts. */
  #checkRealm(realm: URL, credentials: RegistryCredentials | null): void {
    const { host } = this.#repository;
    if (!mayLeadTo(realm, host)) {
      throw new TargetError(
        'invalid',
        `The registry ${host} asks for a sign-in without TLS, or on this machine.`,
      );
    }
    if (credentials === null || mayKnowPassword(realm, host, credentials.tokenService ?? null)) return;
    throw new TargetError(
      'invalid',
      `The registry ${host} asks to show its password to ${realm.host}, which is under another domain. If that is right, name it as tokenService of ${host} under registries.`,
    );
  }

  async #ownCredentials() {
    try {
      return await this.#credentials();
    } catch (cause) {
      if (cause instanceof TargetError) throw cause;
      throw new TargetError(
        'permission',
        `There are no credentials for the registry ${this.#repository.host}. Give Slipway a Google identity (GOOGLE_APPLICATION_CREDENTIALS, or the service account that it runs as).`,
        { cause },
      );
    }
  }

  #check(response: Response): Response {
    const { status } = response;
    if (status === 200 || status === 404) return response;
    const { host } = this.#repository;
    if (status === 401 || status === 403) throw this.#refused(response);
    if (status === 429) {
      throw new TargetError(
        'quota',
        `The registry ${host} takes no more requests for now (429). Try again later.`,
      );
    }
    if (status >= 500)
      throw new TargetError('unavailable', `The registry ${host} is in trouble: it answered ${status}.`);
    throw new TargetError('invalid', `The registry ${host} answered ${status}, which no registry should.`);
  }

  #refused(response: Response): TargetError {
    const { host, name } = this.#repository;
    const { status } = response;
    // A wrong password is 401; 403 is a right one that may not.
    const message =
      status === 401 && this.#account !== null
        ? `The registry ${host} does not accept ${this.#account} with that password (401). Is it right, and still good?`
        : `The registry ${host} does not let Slipway read ${name} (${status}). Give its identity a role that may pull from there.`;
    return new TargetError('permission', message);
  }
}
