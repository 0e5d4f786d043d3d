import type { DeployTarget } from '../../../integrations/target.ts';

/** A backend with one target on it, and the levers that a suite pulls. Every test has a world of its own. */
export interface TargetWorld {
  /** A target as a process that has just started would make it. The world closes it. */
  connect(): DeployTarget;
  readonly versions: {
    /** What serves when the world begins. */
    readonly running: string;
    readonly good: string;
    /** Resolves, but never becomes ready; the target says why in words that match. */
    readonly broken: { readonly version: string; readonly reason: RegExp };
    readonly unknown: { readonly version: string; readonly nearest: string };
  };
  /** The digest that takes all traffic, read without the target's code; null when there is no such one. */
  servingDigest(): Promise<string | null>;
  /** Everything that decides who takes traffic, in the backend's own terms, comparable by equality. */
  split(): Promise<unknown>;
  /** How many changes the backend has made so far. */
  changes(): number;
  /** The next change is made, but the answer never comes. */
  loseNextReply(): void;
  denyChanges(): void;
  /** Somebody else gives all traffic to something else; resolves when that serves. */
  changeBehindOurBack(): Promise<void>;
  stop(): Promise<void>;
}

/** A world whose target can split its traffic; it begins with all of it on the running version. */
export interface SplitWorld extends TargetWorld {
  /** Percent of all traffic by version, read without the target’s code; versions without any are left out. */
  shares(): Promise<Readonly<Record<string, number>>>;
  /** What is left on the traffic beside shares: tags, headers, labels. */
  marks(): Promise<readonly string[]>;
  /** False where a canary has no address of its own, and nothing here carries its traffic. */
  readonly addresses?: boolean;
  /** Where people reach the target. */
  url(): Promise<string>;
  /** The version that answers one request there; null when it is not answered well. */
  versionAt(url: string): Promise<string | null>;
  /** Somebody else gives these revisions these percents; resolves when that serves. */
  splitBehindOurBack(shares: Readonly<Record<string, number>>): Promise<void>;
}
