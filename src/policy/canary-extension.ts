import type { CanaryExtension, CanaryTerms } from '../domain/canary.ts';
import { type CanaryState, type Handover, headingFor } from '../domain/canary-state.ts';
import type { OperationState } from '../domain/operation.ts';

/**
 * How a request to take a canary past its approved steps stands. `open`: it may be handed over to the canary.
 * `overtaken`: the canary has ended or is elsewhere, and nobody agreed to going on from there.
 */
export type ExtensionStanding = 'open' | 'wait' | 'reached' | 'overtaken';

export function standingOf(facts: {
  readonly extension: CanaryExtension;
  readonly handover: Handover;
  readonly terms: Pick<CanaryTerms, 'first'>;
  readonly canary: OperationState;
  /** Null before it has taken any traffic. */
  readonly state: Pick<CanaryState, 'percent' | 'current' | 'ending'> | null;
}): ExtensionStanding {
  const { extension, handover, terms, canary, state } = facts;
  if (canary !== 'running') {
    const promoted = canary === 'succeeded' && extension.to === 100;
    return promoted && handover !== 'not-given' ? 'reached' : 'overtaken';
  }
  if (handover === 'not-given' && headingFor(terms, state) !== extension.from) return 'overtaken';
  const isSettled = state !== null && state.percent > 0 && state.current === null && state.ending === null;
  if (!isSettled || handover === 'pending') return 'wait';
  if (handover === 'not-given') return 'open';
  return state.percent === extension.to ? 'reached' : 'overtaken';
}
