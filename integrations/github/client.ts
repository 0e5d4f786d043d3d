import { createAppAuth } from '@octokit/auth-app';
import { RequestError } from '@octokit/request-error';
import { Octokit } from '@octokit/rest';
import { TargetError } from '../target.ts';
import type { GithubConfig } from './config.ts';
import { explainError, isMissing, isRateLimit, resumesAt } from './errors.ts';

/** Milliseconds for one request. */
const TIME_LIMIT = 10_000;

/** A repository by the two parts of its name. */
export interface Repo {
  readonly owner: string;
  readonly repo: string;
}

/** How the bot shows GitHub who it is. */
export type GithubCredentials =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'app'; readonly id: number; readonly installation: number; readonly key: string };

/** GitHub's API for one identity: what goes wrong is a {@link TargetError}. */
export interface GithubClient {
  /** Throws what {@link explainError} makes of it. */
  ask<T>(question: (octokit: Octokit) => Promise<T>): Promise<T>;
  /** The same; null where GitHub has no such thing. */
  find<T>(question: (octokit: Octokit) => Promise<T>): Promise<T | null>;
  /** Where people read: `https://github.com`. */
  readonly web: string;
}

/**
 * Octokit with a time limit for each request. Once GitHub has asked for a pause nothing is sent until it is over;
 * who asks meanwhile is told so at once.
 */
export function createGithubClient(options: {
  readonly url: GithubConfig['url'];
  readonly credentials: GithubCredentials;
  readonly now?: () => number;
}): GithubClient {
  const { url, credentials, now = Date.now } = options;
  const { host } = new URL(url);
  const octokit = connect(url, credentials);
  let pausedUntil = 0;
  octokit.hook.wrap('request', async (request, sent) => {
    if (now() < pausedUntil) throw new TargetError('quota', pauseText(pausedUntil));
    const signal = AbortSignal.timeout(TIME_LIMIT);
    try {
      return await request({ ...sent, request: { ...sent.request, signal } });
    } catch (error) {
      if (error instanceof RequestError && isRateLimit(error)) pausedUntil = resumesAt(error, now());
      throw error;
    }
  });
  const ask = async <T>(question: (octokit: Octokit) => Promise<T>): Promise<T> => {
    try {
      return await question(octokit);
    } catch (error) {
      throw explainError(error, host);
    }
  };
  return {
    ask,
    find: (question) =>
      ask(async (client) => {
        try {
          return await question(client);
        } catch (error) {
          if (isMissing(error)) return null;
          throw error;
        }
      }),
    web: webAddress(url),
  };
}

function connect(baseUrl: string, credentials: GithubCredentials): Octokit {
  const quiet = () => undefined;
  const common = {
    baseUrl,
    userAgent: 'slipway',
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  };
  if (credentials.kind === 'token') return new Octokit({ ...common, auth: credentials.token });
  const { id: appId, installation: installationId, key: privateKey } = credentials;
  return new Octokit({ ...common, authStrategy: createAppAuth, auth: { appId, installationId, privateKey } });
}

function pauseText(until: number): string {
  return `GitHub takes no more requests until ${new Date(until).toISOString().slice(11, 19)} UTC.`;
}

/** Enterprise Server has its API under its own host; elsewhere the API has a host of its own. */
function webAddress(api: string): string {
  const url = new URL(api);
  if (url.pathname === '/api/v3') return url.origin;
  return url.host === 'api.github.com'
    ? 'https://github.com'
    : `${url.protocol}//${url.host.replace(/^api\./, '')}`;
}
