import { describe, expect, it } from 'vitest';
import { approvedShare } from '../../../src/domain/canary.ts';
import type { CanaryAction, Handover } from '../../../src/domain/canary-state.ts';
import type { OperationState } from '../../../src/domain/operation.ts';
import { standingOf } from '../../../src/policy/canary-extension.ts';
import { TERMS } from '../slack/fixtures.ts';

const extension = { operationId: 'op_1', from: 50, to: 75, approved: 50 };
const moving: CanaryAction = { do: 'move', number: 3, percent: 75, by: 'U0ANA' };
const aborting = { by: 'U0ANA', why: { code: 'asked', reason: null } } as const;

function standing(facts: {
  percent?: number | null;
  current?: CanaryAction;
  ending?: typeof aborting;
  handover?: Handover;
  canary?: OperationState;
  to?: number;
}) {
  const { percent = 50, current = null, ending = null, handover = 'not-given', canary = 'running' } = facts;
  const state = percent === null ? null : { percent, current, ending };
  return standingOf({
    extension: { ...extension, to: facts.to ?? 75 },
    handover,
    terms: TERMS,
    canary,
    state,
  });
}

describe('a request to take a canary farther', () => {
  it('is open while the canary stands where it stood', () => {
    expect(standing({})).toBe('open');
  });

  it.each([
    ['moved on', { percent: 60 }],
    ['moved back', { percent: 10 }],
    ['is on its way to somewhere else', { current: { ...moving, percent: 60 } }],
    ['has not begun', { percent: null }],
    ['was promoted', { canary: 'succeeded', to: 100 }],
    ['was taken back', { canary: 'undone' }],
  ] as const)('is overtaken when the canary %s', (_what, facts) => {
    expect(standing(facts)).toBe('overtaken');
  });

  it('waits for what the canary is doing, to see where that leads', () => {
    expect(standing({ percent: 10, current: { ...moving, percent: 50 } })).toBe('wait');
    expect(standing({ ending: aborting })).toBe('wait');
  });

  it('waits for the first move, when it was asked for before that', () => {
    const early = {
      extension: { ...extension, from: TERMS.first },
      handover: 'not-given',
      terms: TERMS,
    } as const;
    expect(standingOf({ ...early, canary: 'running', state: null })).toBe('wait');
    const state = { percent: TERMS.first, current: null, ending: null };
    expect(standingOf({ ...early, canary: 'running', state })).toBe('open');
  });

  it('waits after it was handed over until the canary is there', () => {
    expect(standing({ handover: 'pending' })).toBe('wait');
    expect(standing({ handover: 'taken', current: moving })).toBe('wait');
    expect(standing({ handover: 'taken', percent: 75 })).toBe('reached');
    expect(standing({ handover: 'taken', canary: 'succeeded', to: 100 })).toBe('reached');
  });

  it('is overtaken when the canary took it and came to another end', () => {
    expect(standing({ handover: 'taken', percent: 20 })).toBe('overtaken');
    expect(standing({ handover: 'taken', canary: 'undone', to: 100 })).toBe('overtaken');
    expect(standing({ handover: 'taken', canary: 'succeeded' })).toBe('overtaken');
  });
});

describe('what was approved for a canary', () => {
  it('is its farthest step, or the farthest that was asked for since', () => {
    expect(approvedShare({ ...TERMS, steps: [10, 50] }, [])).toBe(50);
    expect(approvedShare({ ...TERMS, steps: [10, 50] }, [75, 60])).toBe(75);
    expect(approvedShare({ ...TERMS, steps: [10, 50] }, [20])).toBe(50);
  });
});
