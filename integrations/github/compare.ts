import type { RestEndpointMethodTypes } from '@octokit/rest';
import type { SourceAuthor, SourceCommit } from '../../src/domain/source-change.ts';
import type { Comparison } from '../code-host.ts';
import type { GithubClient, Repo } from './client.ts';

type Compared = RestEndpointMethodTypes['repos']['compareCommitsWithBasehead']['response']['data'];
type Commit = Compared['commits'][number];

const PAGE = 100;
/** More commits than this are counted, and not read. */
const MOST_READ = 1_000;
/** GitHub tells no more files of a comparison than these. */
const MOST_FILES = 300;
/** What GitHub commits as for whoever merges or edits at its pages. */
const GITHUB_ITSELF = 'noreply@github.com';
const PROGRAM = /\[bot\]$/;
/** `Co-authored-by: Ana <ana@example.com>`, at most so long that nothing is searched for long. */
const CO_AUTHOR = /^co-authored-by:\s{0,8}([^<>\n]{1,200})<([^<>\s]{1,200})>/gim;
/** `Fix it (#12)` of a squash, `Merge pull request #12 from …` of a merge. */
const PULL_REQUEST = /\(#(\d{1,9})\)$|^Merge pull request #(\d{1,9}) /;

/** The commits between two, by as many requests as they have pages. */
export async function compare(
  client: GithubClient,
  where: Repo,
  { base, head }: { readonly base: string; readonly head: string },
): Promise<Comparison | null> {
  const page = (number: number) =>
    client.find((octokit) =>
      octokit.rest.repos.compareCommitsWithBasehead({
        ...where,
        basehead: `${base}...${head}`,
        per_page: PAGE,
        page: number,
      }),
    );
  const first = await page(1);
  if (first === null) return null;
  const { ahead_by: ahead, behind_by: behind, files = [], html_url: url } = first.data;
  const commits = [...first.data.commits];
  for (let number = 2; commits.length < Math.min(ahead, MOST_READ); number += 1) {
    const more = await page(number);
    if (more === null || more.data.commits.length === 0) break;
    commits.push(...more.data.commits);
  }
  return {
    ahead,
    behind,
    // GitHub lists the oldest first.
    commits: commits.map(toCommit).reverse(),
    authors: distinct(commits.flatMap(authorsOf)),
    unsigned: commits.filter((one) => one.commit.verification?.verified !== true).map(({ sha }) => sha),
    complete: commits.length >= ahead,
    files: files.length < MOST_FILES ? files.map(({ filename }) => filename) : null,
    url,
  };
}

function toCommit(commit: Commit): SourceCommit {
  const [title = ''] = commit.commit.message.split('\n', 1);
  const [, squashed, merged] = PULL_REQUEST.exec(title) ?? [];
  const number = squashed ?? merged;
  return {
    sha: commit.sha,
    title: title.slice(0, 200),
    author: authorOf(commit),
    pullRequest: number === undefined ? null : Number(number),
  };
}

function authorOf({ author, commit }: Commit): SourceAuthor {
  return personOf(author, commit.author);
}

/** The account to which GitHub attributes an e-mail, and what the commit itself says. */
function personOf(account: Commit['author'], said: Commit['commit']['author']): SourceAuthor {
  const login =
    account !== null && 'login' in account && typeof account.login === 'string' ? account.login : null;
  return { login, email: said?.email ?? null, name: said?.name ?? login ?? 'unknown' };
}

/** Who put the commit there, if not GitHub itself for somebody at its pages: people write under others' names, too. */
function committersOf({ committer, commit }: Commit): readonly SourceAuthor[] {
  if (commit.committer == null || commit.committer.email === GITHUB_ITSELF) return [];
  return isProgram(committer) ? [] : [personOf(committer, commit.committer)];
}

/** A name is whatever its owner calls himself: only GitHub's own word makes a program of an author. */
function isProgram(account: Commit['author']): boolean {
  if (account === null) return false;
  if ('type' in account && account.type === 'Bot') return true;
  return 'login' in account && typeof account.login === 'string' && PROGRAM.test(account.login);
}

/** Who wrote a commit, who put it there, and who it says wrote it with them; programs left out. */
function authorsOf(commit: Commit): readonly SourceAuthor[] {
  const also = [...commit.commit.message.matchAll(CO_AUTHOR)].map(([, name = '', email = '']) => ({
    login: null,
    email,
    name: name.trim(),
  }));
  const own = isProgram(commit.author) ? [] : [authorOf(commit)];
  return [...own, ...committersOf(commit), ...also.filter(({ name }) => !PROGRAM.test(name))];
}

/** Each person once, by account, or else by e-mail. */
function distinct(authors: readonly SourceAuthor[]): readonly SourceAuthor[] {
  const logins = new Map(
    authors.flatMap(({ login, email }) =>
      login === null || email === null ? [] : [[email.toLowerCase(), login] as const],
    ),
  );
  const known = new Map<string, SourceAuthor>();
  for (const author of authors) {
    const email = author.email?.toLowerCase();
    const login = author.login ?? (email === undefined ? null : (logins.get(email) ?? null));
    const key = login === null ? (email ?? author.name) : `@${login.toLowerCase()}`;
    if (!known.has(key)) known.set(key, { ...author, login });
  }
  return [...known.values()].sort((a, b) =>
    (a.login ?? a.email ?? a.name).localeCompare(b.login ?? b.email ?? b.name),
  );
}
