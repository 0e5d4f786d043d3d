import type { CommitChecks } from '../../src/domain/checks.ts';
import type { GithubClient, Repo } from './client.ts';

/** Conclusions of check runs that are as good as success (what GitHub's own branch protection takes). */
const GOOD: readonly (string | null)[] = ['success', 'neutral', 'skipped'];
const PAGE = 100;
/** More than this many runs on one commit are not read, and what is not read is not green. */
const MOST_PAGES = 10;

interface Check {
  readonly name: string;
  readonly state: 'passed' | 'pending' | 'failed';
}

/** What stands for checks beyond those. */
const UNREAD: Check = { name: 'more checks than Slipway reads', state: 'failed' };

/** Check runs and commit statuses together: a repository may use either. */
export async function readChecks(
  client: GithubClient,
  where: Repo,
  wanted: { readonly commit: string; readonly names: 'all' | readonly string[] },
): Promise<CommitChecks> {
  const [runs, statuses] = await Promise.all([
    checkRuns(client, where, wanted.commit),
    commitStatuses(client, where, wanted.commit),
  ]);
  return summary([...runs, ...statuses], wanted.names);
}

async function checkRuns(client: GithubClient, where: Repo, ref: string): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { data } = await client.ask((octokit) =>
      octokit.rest.checks.listForRef({ ...where, ref, filter: 'latest', per_page: PAGE, page }),
    );
    checks.push(
      ...data.check_runs.map(
        ({ name, status, conclusion }) =>
          ({
            name,
            state:
              status !== 'completed'
                ? 'pending'
                : GOOD.includes(conclusion)
                  ? 'passed'
                  : ('failed' as Check['state']),
          }) satisfies Check,
      ),
    );
    if (checks.length >= data.total_count || data.check_runs.length === 0) return checks;
  }
  return [...checks, UNREAD];
}

async function commitStatuses(client: GithubClient, where: Repo, ref: string): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { data } = await client.ask((octokit) =>
      octokit.rest.repos.getCombinedStatusForRef({ ...where, ref, per_page: PAGE, page }),
    );
    checks.push(
      ...data.statuses.map(({ context, state }): Check => {
        if (state === 'success') return { name: context, state: 'passed' };
        return { name: context, state: state === 'pending' ? 'pending' : 'failed' };
      }),
    );
    if (checks.length >= data.total_count || data.statuses.length === 0) return checks;
  }
  return [...checks, UNREAD];
}

/** One state for each name: the worst of those that have it. */
function summary(checks: readonly Check[], names: 'all' | readonly string[]): CommitChecks {
  const wanted = names === 'all' ? [...new Set(checks.map(({ name }) => name))].sort() : [...new Set(names)];
  const stateOf = (name: string): Check['state'] => {
    const states = checks.filter((check) => check.name === name).map(({ state }) => state);
    if (states.includes('failed')) return 'failed';
    return states.includes('pending') || states.length === 0 ? 'pending' : 'passed';
  };
  const all = wanted.map((name) => ({ name, state: stateOf(name) }));
  const named = (state: Check['state']) =>
    all.filter((check) => check.state === state).map(({ name }) => name);
  return { passed: named('passed'), pending: named('pending'), failed: named('failed') };
}
