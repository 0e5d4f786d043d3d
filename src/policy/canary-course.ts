import type { CanaryTerms } from '../domain/canary.ts';
import type { CanaryAction, CanaryState, PendingInstruction } from '../store/canaries.ts';

/** What a canary does next. */
export type CanaryNext =
  | {
      readonly do: 'act';
      readonly action: CanaryAction;
      readonly auto: boolean;
      readonly done: readonly number[];
    }
  | { readonly do: 'look' }
  /** Until then, or until somebody instructs it. */
  | { readonly do: 'wait'; readonly until: Date };

/** The longest that a canary sleeps without looking at itself. */
const LONGEST_WAIT = 60_000;

/**
 * Decides what a canary does next from all that is known at this moment. What it has begun is finished
 * first; an abort goes before everything else; people go before the clock.
 */
export function nextOf(facts: {
  readonly terms: CanaryTerms;
  readonly state: CanaryState;
  readonly pending: readonly PendingInstruction[];
  /** How often its share was moved so far. */
  readonly moves: number;
  readonly now: Date;
}): CanaryNext {
  const { terms, state, pending, moves, now } = facts;
  const auto = state.auto || pending.some(({ instruction }) => instruction.kind === 'auto');
  const done = pending.map(({ seq }) => seq);
  const act = (action: CanaryAction): CanaryNext => ({ do: 'act', action, auto, done });
  if (state.current !== null) return { do: 'act', action: state.current, auto, done: [] };
  const abort = pending.find(({ instruction }) => instruction.kind === 'abort');
  if (abort?.instruction.kind === 'abort') {
    const { reason } = abort.instruction;
    return act({ do: 'abort', ending: { by: abort.by, why: { code: 'asked', reason } } });
  }
  if (state.ending !== null) return act({ do: 'abort', ending: state.ending });
  if (state.percent === 0) return act({ do: 'move', number: moves + 1, percent: terms.first, by: null });
  const asked = pending.findLast(
    ({ instruction }) => instruction.kind === 'move' || instruction.kind === 'promote',
  );
  if (asked?.instruction.kind === 'promote') return act({ do: 'promote', by: asked.by });
  if (asked?.instruction.kind === 'move') {
    return act({ do: 'move', number: moves + 1, percent: asked.instruction.percent, by: asked.by });
  }
  if (state.nextLookAt !== null && state.nextLookAt <= now) return { do: 'look' };
  const onwards = auto && mayGoOn(state, now) ? nextStep(terms, state.percent) : null;
  if (onwards === 100) return act({ do: 'promote', by: null });
  if (onwards !== null) return act({ do: 'move', number: moves + 1, percent: onwards, by: null });
  return { do: 'wait', until: wakeAt(state, auto, now) };
}

/** The first step beyond this percent; null when there is none. */
export function nextStep({ steps }: CanaryTerms, percent: number): number | null {
  return steps.find((step) => step > percent) ?? null;
}

/** A step is over when its time is, nothing holds it, and it was seen to be well at least once. */
function mayGoOn(state: CanaryState, now: Date): boolean {
  return state.pauseEndsAt !== null && state.pauseEndsAt <= now && state.trouble === null && state.passed;
}

function wakeAt({ nextLookAt, pauseEndsAt }: CanaryState, auto: boolean, now: Date): Date {
  const times = [nextLookAt, auto ? pauseEndsAt : null].flatMap((time) =>
    time === null || time <= now ? [] : [time.getTime()],
  );
  return new Date(Math.min(now.getTime() + LONGEST_WAIT, ...times));
}
