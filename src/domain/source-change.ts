/** Who wrote a commit, as the code host knows them. */
export interface SourceAuthor {
  /** The account; null for an e-mail that belongs to none. */
  readonly login: string | null;
  /** What the commit says, which its author chose; null where it says none. */
  readonly email: string | null;
  readonly name: string;
}

/** One commit, as a line for people. */
export interface SourceCommit {
  readonly sha: string;
  /** The first line of its message. */
  readonly title: string;
  readonly author: SourceAuthor;
  /** The pull request that its title names. */
  readonly pullRequest: number | null;
}

/** Commits between two others. */
export interface SourceCommits {
  readonly count: number;
  /** Newest first; the newest {@link MOST_LISTED} of them. */
  readonly newest: readonly SourceCommit[];
}

/** Commits of a change that a plan keeps; the rest is counted. */
export const MOST_LISTED = 100;

/**
 * How what would serve relates to what serves: newer, older, neither, or the same commit. `unknown`: one of
 * the two was made from no commit that is known, or they have nothing in common.
 */
export type SourceRelation = 'forward' | 'back' | 'diverged' | 'same' | 'unknown';

/**
 * What an operation ships, as the code host tells it. Only facts that two commits settle for good are in it,
 * since plans carry it and approvals bind to them.
 */
export interface SourceChange {
  /** `owner/name`. */
  readonly repository: string;
  /** The commits; null where they are not known. */
  readonly from: string | null;
  readonly to: string | null;
  readonly relation: SourceRelation;
  /** Why nothing could be read, when the code host did not answer; null otherwise. */
  readonly unread: string | null;
  readonly brings: SourceCommits;
  readonly takesOut: SourceCommits;
  /** Everybody who wrote some of what it brings, or put it there; people only. */
  readonly authors: readonly SourceAuthor[];
  /** False where there is more than could be read, so that not all authors are known. */
  readonly authorsComplete: boolean;
  /**
   * Commits of what it brings that nobody's verified signature vouches for, at most {@link MOST_LISTED} of them by
   * name. Absent where there are none.
   */
  readonly unsigned?: { readonly count: number; readonly shas: readonly string[] };
  /** Files that the config calls migrations; `unknown` where the change has too many files to tell. Null: not looked at. */
  readonly migrations: { readonly files: readonly string[]; readonly count: number } | 'unknown' | null;
  /** Where a person can compare the two. */
  readonly url: string | null;
}

/** Who wrote it, by one name: the account, or else the e-mail, or else the name. */
export function authorName(author: SourceAuthor): string {
  return author.login ?? author.email ?? author.name;
}

/** Enough of a commit's name for a person to compare: `3f2a90c`. */
export function shortCommit(sha: string): string {
  return sha.slice(0, 7);
}
