import type { RestEndpointMethodTypes } from '@octokit/rest';
import type { SourceAuthor } from '../../src/domain/source-change.ts';
import type { Brought } from '../code-host.ts';
import type { GithubClient, Repo } from './client.ts';

type Listed =
  RestEndpointMethodTypes['repos']['listPullRequestsAssociatedWithCommit']['response']['data'][number];
type Account = Pick<NonNullable<Listed['user']>, 'login' | 'type'>;

const PAGE = 100;
/** Requests that are under way at once. */
const AT_ONCE = 8;

/** Who opened and who merged the pull requests that brought some commits: GitHub itself says who they are. */
export async function broughtBy(
  client: GithubClient,
  where: Repo,
  commits: readonly string[],
): Promise<Brought> {
  const listed = await inTurns(commits, (sha) => pullRequestsOf(client, where, sha));
  const all = new Map(listed.flat().map((one) => [one.number, one]));
  const merged = [...all.values()].filter(({ merged_at }) => merged_at !== null);
  const mergers = await inTurns(merged, ({ number }) => mergerOf(client, where, number));
  const openers = [...all.values()].map(({ user }) => user);
  return {
    people: distinct(
      [...openers, ...mergers].flatMap((one) => (one === null || isProgram(one) ? [] : [one])),
    ),
    unproven: listed.filter((requests) => !requests.some(proves)).length,
  };
}

/** A person opened it, and somebody has merged it: what is not merged nobody has stood up for yet. */
function proves({ user, merged_at }: Listed): boolean {
  return merged_at !== null && user !== null && !isProgram(user);
}

async function pullRequestsOf(
  client: GithubClient,
  where: Repo,
  commit_sha: string,
): Promise<readonly Listed[]> {
  const query = { ...where, commit_sha, per_page: PAGE };
  const found = await client.find((octokit) =>
    octokit.rest.repos.listPullRequestsAssociatedWithCommit(query),
  );
  return found?.data ?? [];
}

async function mergerOf(client: GithubClient, where: Repo, pull_number: number): Promise<Account | null> {
  const found = await client.find((octokit) => octokit.rest.pulls.get({ ...where, pull_number }));
  return found?.data.merged_by ?? null;
}

function isProgram({ type }: Account): boolean {
  return type === 'Bot';
}

function distinct(accounts: readonly Account[]): readonly SourceAuthor[] {
  const logins = new Set(accounts.map(({ login }) => login));
  return [...logins].sort().map((login) => ({ login, email: null, name: login }));
}

/** Asks of each, a few at once; answers in their order. */
async function inTurns<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<readonly R[]> {
  const answers: R[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    answers.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(ask))));
  }
  return answers;
}
