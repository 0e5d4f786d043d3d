import { expect, test } from 'vitest';
import { lastGood } from '../../../../integrations/cloud-run/rollback.ts';
import type { Digest } from '../../../../src/domain/artifact.ts';
import type { LiveState, Revision } from '../../../../src/domain/live-state.ts';

function digest(letter: string): Digest {
  return `sha256:${letter.repeat(64)}`;
}

/** Revisions in the order of their making; `own` ones have the names that Slipway gives. */
function revision(day: number, letter: string, overrides: Partial<Revision> = {}): Revision {
  return {
    name: `api-0000${day}`,
    digest: digest(letter),
    version: null,
    createdAt: `2026-01-0${day}T00:00:00.000Z`,
    ready: { is: true },
    ...overrides,
  };
}

const own = (day: number) => ({ name: `api-sw${String(day).repeat(10)}` });

function live(serving: string, revisions: readonly Revision[]): LiveState {
  return {
    traffic: [{ revision: serving, percent: 100 }],
    revisions: revisions.toReversed(),
    health: { status: 'healthy' },
    url: null,
    fingerprint: '',
    notes: [],
  };
}

test('goes to the newest proven revision before the one that serves', () => {
  const revisions = [revision(1, 'a', own(1)), revision(2, 'b', own(2)), revision(3, 'c', own(3))];
  const good = [digest('c'), digest('b'), digest('a')];
  expect(lastGood(live('api-sw3333333333', revisions), good)?.digest).toBe(digest('b'));
});

test('passes over what was made and never proven, and what is not ready', () => {
  const revisions = [
    revision(1, 'a', own(1)),
    revision(2, 'b', { ...own(2), ready: { is: false, reason: 'image gone' } }),
    revision(3, 'c', own(3)),
    revision(4, 'd', own(4)),
  ];
  const good = [digest('d'), digest('b'), digest('a')];
  expect(lastGood(live('api-sw4444444444', revisions), good)?.digest).toBe(digest('a'));
});

test('goes to what others made before Slipway came, if nothing is proven', () => {
  const revisions = [revision(1, 'a'), revision(2, 'b'), revision(3, 'c', own(3)), revision(4, 'd', own(4))];
  expect(lastGood(live('api-sw4444444444', revisions), [digest('d')])?.digest).toBe(digest('b'));
});

test('never goes forward to what was rolled back from', () => {
  const revisions = [revision(1, 'a', own(1)), revision(2, 'b', own(2))];
  expect(lastGood(live('api-sw1111111111', revisions), [digest('b'), digest('a')])).toBeNull();
});

test('does not take the same content under another name for the way back', () => {
  const revisions = [revision(1, 'a'), revision(2, 'b'), revision(3, 'b')];
  expect(lastGood(live('api-00003', revisions), [])?.digest).toBe(digest('a'));
});

test('has nowhere to go when nothing serves', () => {
  expect(lastGood({ ...live('x', []), traffic: [] }, [])).toBeNull();
});
