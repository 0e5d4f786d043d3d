import type { CodeHost, SourceRef } from '../code-host.ts';
import { readChecks } from './checks.ts';
import type { GithubClient, Repo } from './client.ts';
import { compare } from './compare.ts';
import { recordDeployment } from './deployments.ts';
import { broughtBy } from './pull-requests.ts';

const COMMIT = /^[0-9a-f]{7,40}$/;
/** GitHub's largest page. */
const PAGE = 100;

/** One repository on GitHub. */
export function createGithubHost(client: GithubClient, repository: string): CodeHost {
  const [owner = '', repo = ''] = repository.split('/');
  const where: Repo = { owner, repo };
  return {
    repository,
    find: (version) => find(client, where, version),
    recentVersions: (limit) => recentVersions(client, where, limit),
    tags: () => newestTags(client, where),
    compare: (base, head) => compare(client, where, { base, head }),
    broughtBy: (commits) => broughtBy(client, where, commits),
    checks: (commit, names) => readChecks(client, where, { commit, names }),
    emailOf: (login) => emailOf(client, login),
    recordDeployment: (record, id) => recordDeployment(client, where, { record, id }),
    commitUrl: (commit) => `${client.web}/${repository}/commit/${commit}`,
  };
}

/** A tag goes before a branch of the same name, and both before a commit that begins so. */
async function find(client: GithubClient, where: Repo, version: string): Promise<SourceRef | null> {
  const tag = await commitAt(client, where, `tags/${version}`);
  if (tag !== null) return { kind: 'tag', name: version, commit: tag };
  const branch = await commitAt(client, where, `heads/${version}`);
  if (branch !== null) return { kind: 'branch', name: version, commit: branch };
  const commit = COMMIT.test(version) ? await commitAt(client, where, version) : null;
  return commit?.startsWith(version) ? { kind: 'commit', name: commit, commit } : null;
}

async function commitAt(client: GithubClient, where: Repo, ref: string): Promise<string | null> {
  const found = await client.find((octokit) => octokit.rest.repos.getCommit({ ...where, ref, per_page: 1 }));
  return found?.data.sha ?? null;
}

async function recentVersions(client: GithubClient, where: Repo, limit: number): Promise<readonly string[]> {
  const per_page = Math.min(limit, PAGE);
  const { data } = await client.ask((octokit) => octokit.rest.repos.listReleases({ ...where, per_page }));
  const released = data.filter(({ draft }) => !draft).map(({ tag_name }) => tag_name);
  const tags = released.length < limit ? (await newestTags(client, where)).map(({ name }) => name) : [];
  return [...new Set([...released, ...tags])].slice(0, limit);
}

async function newestTags(
  client: GithubClient,
  where: Repo,
): Promise<readonly { readonly name: string; readonly commit: string }[]> {
  const { data } = await client.ask((octokit) => octokit.rest.repos.listTags({ ...where, per_page: PAGE }));
  return data.map(({ name, commit }) => ({ name, commit: commit.sha }));
}

async function emailOf(client: GithubClient, username: string): Promise<string | null> {
  const found = await client.find((octokit) => octokit.rest.users.getByUsername({ username }));
  return found?.data.email ?? null;
}
