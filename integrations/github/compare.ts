import type { RestEndpointMethodTypes } from '@octokit/rest';
import type { SourceAuthor, SourceCommit } from '../../src/domain/source-change.ts';
import type { Comparison } from '../code-host.ts';
import type { GithubClient } from './client.ts';
import type { Repo } from './code-host.ts';

type Compared = RestEndpointMethodTypes['repos']['compareCommitsWithBasehead']['response']['data'];
type Commit = Compared['commits'][number];

const PAGE = 100;
/** More commits than this are counted, and not read. */
const MOST_READ = 1_000;
/** GitHub tells no more files of a comparison than these. */
const MOST_FILES = 300;
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
  const login =
    author !== null && 'login' in author && typeof author.login === 'string' ? author.login : null;
  return { login, email: commit.author?.email ?? null, name: commit.author?.name ?? login ?? 'unknown' };
}

/** Who wrote a commit, and who it says wrote it with them; programs left out. */
function authorsOf(commit: Commit): readonly SourceAuthor[] {
  const also = [...commit.commit.message.matchAll(CO_AUTHOR)].map(([, name = '', email = '']) => ({
    login: null,
    email,
    name: name.trim(),
  }));
  const isBot = commit.author !== null && 'type' in commit.author && commit.author.type === 'Bot';
  const author = authorOf(commit);
  // A name is whatever its owner calls himself: only GitHub's own word makes a program of an author.
  const own = isBot || (author.login !== null && PROGRAM.test(author.login)) ? [] : [author];
  return [...own, ...also.filter(({ name }) => !PROGRAM.test(name))];
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
