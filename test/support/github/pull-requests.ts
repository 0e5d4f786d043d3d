import { z } from 'zod';
import type { Answer, Asked, Route } from './front.ts';

/** A pull request, as far as it says who brought which commits. */
export interface PullRequest {
  readonly number: number;
  /** Logins; a program's ends with `[bot]`. */
  readonly openedBy: string;
  /** Null while it is open. */
  readonly mergedBy: string | null;
  readonly commits: readonly string[];
}

const commits = z.looseObject({ sha: z.string(), commit: z.looseObject({}) });
const comparison = z.looseObject({ commits: z.array(commits) });
const OWN = '^/repos/[^/]+/[^/]+';

/** What the emulator lacks: the pull requests of a commit, who merged them, and verified signatures. */
export function pullRequestRoutes(
  pulls: readonly PullRequest[],
  { signed, behind }: { readonly signed: ReadonlySet<string>; readonly behind: () => string | null },
): readonly Route[] {
  return [
    {
      method: 'GET',
      pattern: new RegExp(`${OWN}/commits/([0-9a-f]{40})/pulls$`),
      answer: ({ params: [sha = ''] }) => ({
        status: 200,
        body: pulls.filter(({ commits }) => commits.includes(sha)).map(listed),
      }),
    },
    {
      method: 'GET',
      pattern: new RegExp(`${OWN}/pulls/(\\d+)$`),
      answer: ({ params: [number] }) => {
        const found = pulls.find((one) => String(one.number) === number);
        if (found === undefined) return { status: 404, body: { message: 'Not Found' } };
        const merged_by = found.mergedBy === null ? null : account(found.mergedBy);
        return { status: 200, body: { ...listed(found), merged_by } };
      },
    },
    {
      method: 'GET',
      pattern: new RegExp(`${OWN}/compare/`),
      answer: (asked) => compared(asked, { signed, behind: behind() }),
    },
  ];
}

function listed({ number, openedBy, mergedBy }: PullRequest): object {
  return { number, user: account(openedBy), merged_at: mergedBy === null ? null : '2026-11-22T03:00:00Z' };
}

function account(login: string): object {
  return { login, type: login.endsWith('[bot]') ? 'Bot' : 'User' };
}

/** The emulator's own answer, with what is verified in it. */
async function compared(
  { path, query, headers }: Asked,
  { signed, behind }: { readonly signed: ReadonlySet<string>; readonly behind: string | null },
): Promise<Answer> {
  const response = await fetch(`${behind}${path}?${query}`, {
    headers: { authorization: headers.authorization ?? '' },
  });
  const body: unknown = await response.json();
  if (!response.ok) return { status: response.status, body };
  const { commits, ...rest } = comparison.parse(body);
  return { status: 200, body: { ...rest, commits: commits.map((one) => verified(one, signed)) } };
}

function verified({ commit, ...one }: z.output<typeof commits>, signed: ReadonlySet<string>): object {
  const is = signed.has(one.sha);
  return { ...one, commit: { ...commit, verification: { verified: is, reason: is ? 'valid' : 'unsigned' } } };
}
