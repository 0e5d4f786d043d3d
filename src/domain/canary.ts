import type { Json } from './json.ts';
import type { Verdict } from './verdict.ts';

/** What an approver of a canary agrees to, beside its plan. */
export interface CanaryTerms {
  /** Percents in ascending order; the last is the farthest it may go without asking again. 100 promotes. */
  readonly steps: readonly number[];
  /** The percent that it begins with. */
  readonly first: number;
  /** Milliseconds that each step is watched. */
  readonly pause: number;
  /** Milliseconds between two looks of the analysis. */
  readonly interval: number;
  /** Whether it walks through the steps by itself from the start. */
  readonly auto: boolean;
  /** What judges it and what verdicts lead to, as the config has it. */
  readonly analysis: Json;
}

/** What somebody, or something, wants of a running canary. */
export type CanaryInstruction =
  | { readonly kind: 'move'; readonly percent: number }
  | { readonly kind: 'promote' }
  | { readonly kind: 'auto' }
  | { readonly kind: 'abort'; readonly reason: string | null };

/** What ends a canary. */
export type CanaryLastAction = 'promote' | 'abort';

/** Going farther with a running canary than was approved: what is asked for. */
export interface CanaryExtension {
  /** The canary's own operation. */
  readonly operationId: string;
  /** The percent that it has, and the one that it is to have; 100 promotes it. */
  readonly from: number;
  readonly to: number;
  /** The farthest that was approved before. */
  readonly approved: number;
}

/** Why a canary waits although its time is over, or why it was ended; sentences are in the catalogue. */
export type CanaryTrouble =
  | { readonly code: 'failing'; readonly failures: number; readonly limit: number }
  | { readonly code: 'no-data' | 'unavailable'; readonly heldSince: string }
  /** A critical alert fires for the service. */
  | { readonly code: 'alert'; readonly name: string }
  /** Somebody else changed the traffic; `found` says what is there. */
  | { readonly code: 'not-ours'; readonly found: string };

/** One look of the analysis. */
export interface CanaryLook {
  readonly at: Date;
  readonly percent: number;
  readonly verdict: Verdict;
}

/** One change of the canary's share. `by` is a Slack user ID, or null for the canary itself. */
export interface CanaryMove {
  readonly at: Date;
  readonly percent: number;
  readonly by: string | null;
}

/** The farthest share that people agreed to for a canary: with its steps, or with a request since. */
export function approvedShare({ steps }: CanaryTerms, extensions: readonly number[]): number {
  return Math.max(0, ...steps, ...extensions);
}

/** How a canary is, for its message. */
export interface CanaryView {
  readonly terms: CanaryTerms;
  readonly percent: number;
  readonly auto: boolean;
  /** What it is ending with; null while it goes on. */
  readonly last: CanaryLastAction | null;
  /** The farthest share that was approved. */
  readonly approved: number;
  /** When the present step has been watched long enough; null while traffic is being moved. */
  readonly pauseEndsAt: Date | null;
  /** What it is held for now. */
  readonly trouble: CanaryTrouble | null;
  readonly moves: readonly CanaryMove[];
  /** Newest last; at most the last twenty. */
  readonly looks: readonly CanaryLook[];
}
