import type { CanaryInstruction, CanaryLastAction, CanaryTerms, CanaryTrouble } from './canary.ts';
import type { OperationOutcome } from './operation.ts';

/** What the verdicts so far have come to; kept between looks, plain JSON. */
export interface Standing {
  /** Failed looks since the last that passed. */
  readonly failures: number;
  /** When the first look without a verdict was, since the last that passed: milliseconds since 1970. */
  readonly heldSince: number | null;
}

/** Why a canary is to be taken back, and by whom; `by` null when it does so by itself. */
export type CanaryEnding = Omit<Extract<OperationOutcome, { code: 'canary-aborted' }>, 'code'>;

/** What a canary is doing now and has not finished. */
export type CanaryAction =
  | { readonly do: 'move'; readonly number: number; readonly percent: number; readonly by: string | null }
  | { readonly do: 'promote'; readonly by: string | null }
  | { readonly do: 'abort'; readonly ending: CanaryEnding };

/** How a canary is, as its workflow keeps it. */
export interface CanaryState {
  readonly percent: number;
  readonly auto: boolean;
  readonly pauseEndsAt: Date | null;
  readonly nextLookAt: Date | null;
  /** Whether a look in the present step has passed. */
  readonly passed: boolean;
  readonly standing: Standing;
  readonly trouble: CanaryTrouble | null;
  readonly current: CanaryAction | null;
  /** Decided by a look: it is to be taken back. */
  readonly ending: CanaryEnding | null;
}

/** What the canary is ending with, which nothing stops any more; null while it goes on. */
export function lastActionOf({
  current,
  ending,
}: Pick<CanaryState, 'current' | 'ending'>): CanaryLastAction | null {
  if (current?.do === 'promote' || current?.do === 'abort') return current.do;
  return ending === null ? null : 'abort';
}

/** The percent that a canary has, or is going to have by what it has begun. */
export function headingFor(
  { first }: Pick<CanaryTerms, 'first'>,
  state: Pick<CanaryState, 'percent' | 'current'> | null,
): number {
  if (state?.current?.do === 'move') return state.current.percent;
  return state === null || state.percent === 0 ? first : state.percent;
}

/** What has become of an instruction that a canary was to be given. */
export type Handover = 'not-given' | 'pending' | 'taken';

export interface PendingInstruction {
  readonly seq: number;
  readonly instruction: CanaryInstruction;
  readonly by: string;
}
