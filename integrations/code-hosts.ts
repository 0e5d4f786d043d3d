import type { Config } from '../src/config/schema.ts';
import type { CodeHost } from './code-host.ts';
import { createGithubClient, type GithubClient, type GithubCredentials } from './github/client.ts';
import { createGithubHost } from './github/code-host.ts';
import { createGithubWorkflows } from './github/workflows.ts';
import type { WorkflowHost } from './workflows.ts';

/** What code hosts are spoken to with; null where it was not given. */
export interface CodeHostCredentials {
  readonly githubToken: string | null;
  readonly githubAppKey: string | null;
}

/** The repository of a service: what is in it, and what runs there. */
export interface Repository {
  readonly code: CodeHost;
  readonly workflows: WorkflowHost;
}

/** The repository of every service that has one, by the service's name. Nothing is asked before it is used. */
export function createCodeHosts(
  { services, github }: Pick<Config, 'services' | 'github'>,
  credentials: CodeHostCredentials,
): ReadonlyMap<string, Repository> {
  if (github === undefined) return new Map();
  const client = createGithubClient({ url: github.url, credentials: githubCredentials(github, credentials) });
  return new Map(
    Object.entries(services).flatMap(([name, { repository }]) =>
      repository === undefined ? [] : [[name, repositoryOn(client, repository)] as const],
    ),
  );
}

function repositoryOn(client: GithubClient, name: string): Repository {
  return { code: createGithubHost(client, name), workflows: createGithubWorkflows(client, name) };
}

function githubCredentials(
  { app }: NonNullable<Config['github']>,
  { githubToken, githubAppKey }: CodeHostCredentials,
): GithubCredentials {
  if (app !== undefined && githubAppKey !== null) return { kind: 'app', ...app, key: githubAppKey };
  if (app === undefined && githubToken !== null) return { kind: 'token', token: githubToken };
  throw new Error(`${app === undefined ? 'GITHUB_TOKEN' : 'GITHUB_APP_KEY'} is missing`);
}
