import type { Config } from '../src/config/schema.ts';
import type { CodeHost } from './code-host.ts';
import { createGithubClient, type GithubCredentials } from './github/client.ts';
import { createGithubHost } from './github/code-host.ts';

/** What code hosts are spoken to with; null where it was not given. */
export interface CodeHostCredentials {
  readonly githubToken: string | null;
  readonly githubAppKey: string | null;
}

/** The code host of every service that has one, by the service's name. Nothing is asked before it is used. */
export function createCodeHosts(
  { services, github }: Pick<Config, 'services' | 'github'>,
  credentials: CodeHostCredentials,
): ReadonlyMap<string, CodeHost> {
  if (github === undefined) return new Map();
  const client = createGithubClient({ url: github.url, credentials: githubCredentials(github, credentials) });
  return new Map(
    Object.entries(services).flatMap(([name, { repository }]) =>
      repository === undefined ? [] : [[name, createGithubHost(client, repository)] as const],
    ),
  );
}

function githubCredentials(
  { app }: NonNullable<Config['github']>,
  { githubToken, githubAppKey }: CodeHostCredentials,
): GithubCredentials {
  if (app !== undefined && githubAppKey !== null) return { kind: 'app', ...app, key: githubAppKey };
  if (app === undefined && githubToken !== null) return { kind: 'token', token: githubToken };
  throw new Error(`${app === undefined ? 'GITHUB_TOKEN' : 'GITHUB_APP_KEY'} is missing`);
}
