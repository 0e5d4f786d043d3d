import type { CommitChecks } from '../src/domain/checks.ts';
import type { SourceAuthor, SourceCommit } from '../src/domain/source-change.ts';

/** What a version means in a repository. */
export interface SourceRef {
  readonly kind: 'tag' | 'branch' | 'commit';
  /** The name without `refs/…`; for a commit its SHA. */
  readonly name: string;
  readonly commit: string;
}

/** The commits that one commit has and another has not. */
export interface Comparison {
  /** Commits of `head` that `base` lacks, and the other way round. */
  readonly ahead: number;
  readonly behind: number;
  /** Those that `head` has beyond `base`, newest first, as many as could be read. */
  readonly commits: readonly SourceCommit[];
  readonly authors: readonly SourceAuthor[];
  /** Those of them without a signature that the code host has verified: whom they name as authors proves nothing. */
  readonly unsigned: readonly string[];
  /** Whether all of them were read. */
  readonly complete: boolean;
  /** Paths that differ; null where there are more than the code host tells. */
  readonly files: readonly string[] | null;
  /** Where a person sees it. */
  readonly url: string;
}

/** Who brought commits into the repository, as the code host itself knows them. */
export interface Brought {
  /** Whoever opened or merged the pull requests that they came with; people only. */
  readonly people: readonly SourceAuthor[];
  /** Commits that came without a pull request which a person opened and which was merged. */
  readonly unproven: number;
}

/** How a deployment is, in the words of the code host. */
export type DeploymentState = 'queued' | 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

/** A deployment as the code host is to show it. */
export interface DeploymentRecord {
  /** The same for the same operation: there is one deployment for it, however often it is written. */
  readonly operationId: string;
  readonly commit: string;
  readonly environment: string;
  readonly production: boolean;
  readonly description: string;
  readonly state: DeploymentState;
  /** Where the environment answers, and where people read about the operation. */
  readonly environmentUrl: string | null;
  readonly logUrl: string | null;
}

/**
 * Where the code behind versions is: one repository. Reads never change anything; what cannot be asked is a
 * `TargetError`, classified once.
 */
export interface CodeHost {
  /** `owner/name`. */
  readonly repository: string;
  /** A tag, a release's tag, a branch or a commit; null when it is none of them. */
  find(version: string): Promise<SourceRef | null>;
  /** Tags of releases and other tags, newest first. */
  recentVersions(limit: number): Promise<readonly string[]>;
  /** The newest tags, with the commits that they point at now. */
  tags(): Promise<readonly { readonly name: string; readonly commit: string }[]>;
  /** Null when one of them is not there, or they have nothing in common. */
  compare(base: string, head: string): Promise<Comparison | null>;
  broughtBy(commits: readonly string[]): Promise<Brought>;
  /** Everything that runs on the commit, or the checks of these names; whatever they name and is not there is pending. */
  checks(commit: string, names: 'all' | readonly string[]): Promise<CommitChecks>;
  /** The address that an account shows to everybody; null when it shows none, or there is no such account. */
  emailOf(login: string): Promise<string | null>;
  /** Makes the code host show the deployment as it is. Idempotent on the operation; `id` is what the last call returned. */
  recordDeployment(record: DeploymentRecord, id: string | null): Promise<string>;
  /** The address of a commit for people. */
  commitUrl(commit: string): string;
}
