/** What was published: something to try out, or something to use. */
export type ReleaseKind = 'prerelease' | 'release';

/** A release that a code host told of. */
export interface Release {
  /** `owner/name`. */
  readonly repository: string;
  /** The code host's own name for it. */
  readonly id: string;
  readonly kind: ReleaseKind;
  readonly tag: string;
  /** The account that published it. */
  readonly publisher: string;
  readonly url: string;
  /** ISO 8601. */
  readonly publishedAt: string;
}

/** Somebody who asks from outside Slack: `github:octocat`. Such a requester has no role, and no rights by one. */
export function strangerId(login: string): string {
  return `${STRANGER}${login}`;
}

/** True for the ID of a requester whom Slack does not know. */
export function isStranger(requesterId: string): boolean {
  return requesterId.startsWith(STRANGER);
}

const STRANGER = 'github:';
