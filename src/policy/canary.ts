import type { CanaryConfig } from '../config/schema.ts';
import { type Verdict, type VerdictKind, worstOf } from '../domain/verdict.ts';

/** What the verdicts so far have come to; kept between looks, plain JSON. */
export interface Standing {
  /** Failed looks since the last that passed. */
  readonly failures: number;
  /** When the first look without a verdict was, since the last that passed: milliseconds since 1970. */
  readonly heldSince: number | null;
}

export type CanaryRules = Pick<CanaryConfig, 'failureLimit' | 'onNoData' | 'onUnavailable' | 'holdLimit'>;

/** What a look leads to. `go-on` lets a step end when its time is over; `hold` keeps it from ending. */
export type CanaryDecision =
  | { readonly kind: 'go-on'; readonly standing: Standing }
  | { readonly kind: 'hold'; readonly standing: Standing; readonly why: HoldReason }
  | { readonly kind: 'abort'; readonly standing: Standing; readonly why: AbortReason };

export type HoldReason =
  | { readonly code: 'failing'; readonly failures: number; readonly limit: number }
  /** `until`: when it is aborted if nothing changes. */
  | { readonly code: 'no-data' | 'unavailable'; readonly until: number };

export type AbortReason =
  | { readonly code: 'failing'; readonly failures: number }
  /** The rule is to abort at once, or it was held for so many milliseconds. */
  | { readonly code: 'no-data' | 'unavailable'; readonly heldFor: number };

/** Before the first look. */
export const UNJUDGED: Standing = { failures: 0, heldSince: null };

/** What several sources say together: the worst of them, in the words of those that say so. */
export function combineVerdicts(verdicts: readonly Verdict[]): Verdict {
  const kind = worstOf(verdicts.map((verdict) => verdict.kind));
  const deciding = verdicts.filter((verdict) => verdict.kind === kind).map(({ detail }) => detail);
  return {
    kind,
    detail: deciding.length > 0 ? deciding.join(' ') : 'Nothing is measured.',
    measurements: verdicts.flatMap(({ measurements }) => measurements),
    samples: verdicts.reduce((sum, { samples }) => sum + samples, 0),
    warnings: verdicts.flatMap(({ warnings }) => warnings),
  };
}

/**
 * What one more look leads to. Only a pass clears what came before, so that looks that fail and looks without data
 * in turn come to an end too. `now` in milliseconds since 1970.
 */
export function decide(look: {
  readonly standing: Standing;
  readonly verdict: VerdictKind;
  readonly rules: CanaryRules;
  readonly now: number;
}): CanaryDecision {
  const { standing, verdict, rules } = look;
  switch (verdict) {
    case 'pass':
      return { kind: 'go-on', standing: UNJUDGED };
    case 'fail':
      return afterFailure(standing, rules);
    case 'no-data':
      if (rules.onNoData === 'pass') return { kind: 'go-on', standing: UNJUDGED };
      return withoutVerdict({ ...look, verdict, policy: rules.onNoData });
    case 'unavailable':
      return withoutVerdict({ ...look, verdict, policy: rules.onUnavailable });
  }
}

function afterFailure(before: Standing, { failureLimit }: CanaryRules): CanaryDecision {
  const failures = before.failures + 1;
  const standing = { ...before, failures };
  if (failures >= failureLimit) return { kind: 'abort', standing, why: { code: 'failing', failures } };
  return { kind: 'hold', standing, why: { code: 'failing', failures, limit: failureLimit } };
}

function withoutVerdict(look: {
  readonly standing: Standing;
  readonly verdict: 'no-data' | 'unavailable';
  readonly policy: 'hold' | 'abort';
  readonly rules: CanaryRules;
  readonly now: number;
}): CanaryDecision {
  const { verdict: code, now } = look;
  const heldSince = look.standing.heldSince ?? now;
  const standing = { ...look.standing, heldSince };
  const until = heldSince + look.rules.holdLimit;
  if (look.policy === 'abort' || now >= until) {
    return { kind: 'abort', standing, why: { code, heldFor: now - heldSince } };
  }
  return { kind: 'hold', standing, why: { code, until } };
}
