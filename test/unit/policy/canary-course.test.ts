import { describe, expect, it } from 'vitest';
import type { CanaryInstruction, CanaryTerms } from '../../../src/domain/canary.ts';
import { UNJUDGED } from '../../../src/policy/canary.ts';
import { nextOf } from '../../../src/policy/canary-course.ts';
import type { CanaryState, PendingInstruction } from '../../../src/store/canaries.ts';

const now = new Date('2026-11-22T03:00:00Z');
const inSeconds = (seconds: number) => new Date(now.getTime() + 1_000 * seconds);
const terms: CanaryTerms = {
  steps: [10, 50, 100],
  first: 10,
  pause: 60_000,
  interval: 10_000,
  auto: false,
  analysis: [],
};
const watching: CanaryState = {
  percent: 10,
  auto: false,
  pauseEndsAt: inSeconds(30),
  nextLookAt: inSeconds(5),
  passed: true,
  standing: UNJUDGED,
  trouble: null,
  current: null,
  ending: null,
};

function next(changes: Partial<CanaryState>, ...instructions: readonly CanaryInstruction[]) {
  const pending: readonly PendingInstruction[] = instructions.map((instruction, seq) => ({
    seq,
    instruction,
    by: 'U0ANA',
  }));
  return nextOf({ terms, state: { ...watching, ...changes }, pending, moves: 1, now });
}

const overdue = { pauseEndsAt: inSeconds(-1), auto: true } as const;

describe('a canary', () => {
  it('begins with its first percent', () => {
    expect(next({ percent: 0 })).toMatchObject({ action: { do: 'move', percent: 10, by: null } });
  });

  it('finishes what it has begun before anything else', () => {
    const current = { do: 'move', number: 2, percent: 50, by: null } as const;
    expect(next({ current }, { kind: 'abort', reason: null })).toMatchObject({ action: current, done: [] });
  });

  it('is aborted whatever else people want', () => {
    const asked = next({}, { kind: 'promote' }, { kind: 'abort', reason: 'odd' });
    expect(asked).toMatchObject({ action: { do: 'abort', ending: { by: 'U0ANA' } }, done: [0, 1] });
  });

  it('is aborted when a look has said so', () => {
    const ending = { by: null, why: { code: 'failing', failures: 2, limit: 2 } } as const;
    expect(next({ ending }, { kind: 'promote' })).toMatchObject({ action: { do: 'abort', ending } });
  });

  it('does the last thing that people asked for', () => {
    const asked = next({}, { kind: 'move', percent: 20 }, { kind: 'move', percent: 50 });
    expect(asked).toMatchObject({ action: { do: 'move', percent: 50, by: 'U0ANA' } });
  });

  it('looks when it is time to', () => {
    expect(next({ nextLookAt: now })).toEqual({ do: 'look' });
  });

  it('goes on by itself when its time is over, and promotes after the last step', () => {
    expect(next(overdue)).toMatchObject({ action: { do: 'move', percent: 50, by: null } });
    expect(next({ ...overdue, percent: 50 })).toMatchObject({ action: { do: 'promote', by: null } });
  });

  it.each([
    ['nobody said that it should', { auto: false }],
    ['its time is not over', { pauseEndsAt: inSeconds(1) }],
    ['it was not seen to be well', { passed: false }],
    ['something holds it', { trouble: { code: 'no-data', heldSince: now.toISOString() } }],
  ] as const)('does not go on by itself while %s', (_why, changes) => {
    expect(next({ ...overdue, ...changes })).toMatchObject({ do: 'wait' });
  });

  it('sleeps until whatever comes first', () => {
    expect(next({})).toEqual({ do: 'wait', until: inSeconds(5) });
    expect(next({ auto: true, nextLookAt: null })).toEqual({ do: 'wait', until: inSeconds(30) });
  });
});
