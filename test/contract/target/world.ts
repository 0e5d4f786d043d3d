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
