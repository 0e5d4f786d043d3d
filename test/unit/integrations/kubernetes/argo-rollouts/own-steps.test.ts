import { describe, expect, test } from 'vitest';
import { percentOf, stepsTo } from '../../../../../integrations/kubernetes/argo-rollouts/own-steps.ts';
import { podsAt, reachable } from '../../../../../integrations/kubernetes/argo-rollouts/shares.ts';

const STOP = { pause: {} };

describe('the steps that Slipway gives a Rollout', () => {
  test('hold the share before until there are pods for the next, and stop', () => {
    expect(stepsTo({ from: 10, to: 50, routed: true })).toEqual([{ setWeight: 10 }, { setWeight: 50 }, STOP]);
    expect(stepsTo({ from: 0, to: 10, routed: true })).toEqual([{ setWeight: 10 }, STOP]);
    expect(stepsTo({ from: 50, to: 100, routed: false })).toEqual([{ setWeight: 50 }, { setWeight: 100 }]);
  });

  test('begin with a pod without traffic where a router tells the two apart', () => {
    expect(stepsTo({ from: 0, to: 0, routed: true })).toEqual([{ setCanaryScale: { replicas: 1 } }, STOP]);
    expect(stepsTo({ from: 0, to: 0, routed: false })).toEqual([{ setWeight: 0 }, STOP]);
  });

  test.each([true, false])('are known again by the percent that they lead to (routed: %s)', (routed) => {
    for (const from of [0, 10, 90]) {
      for (const to of [0, 1, 50, 99, 100]) expect(percentOf(stepsTo({ from, to, routed }))).toBe(to);
    }
  });

  test.each([
    ['none', null],
    ['an empty list', []],
    ['an analysis among them', [{ setWeight: 10 }, { analysis: {} }, STOP]],
    ['a pause that ends', [{ setWeight: 10 }, { pause: { duration: '1h' } }]],
    ['no stop', [{ setWeight: 10 }]],
    ['more of them', [{ setWeight: 5 }, { setWeight: 10 }, { setWeight: 20 }, STOP]],
  ])('are not these: %s', (_, steps) => {
    expect(percentOf(steps)).toBeNull();
  });
});

describe('the shares of a Rollout without a router', () => {
  test.each([
    [{ pods: 10, surge: 0 }, 10, { canary: 1, total: 10 }],
    [{ pods: 4, surge: 1 }, 25, { canary: 1, total: 4 }],
    [{ pods: 4, surge: 1 }, 20, { canary: 1, total: 5 }],
    [{ pods: 2, surge: 1 }, 50, { canary: 1, total: 2 }],
    [{ pods: 1, surge: 1 }, 50, { canary: 1, total: 2 }],
    [{ pods: 4, surge: 1 }, 0, { canary: 0, total: 4 }],
  ])('%o: %i %% are %o pods', (room, percent, pods) => {
    expect(podsAt({ ...room, routed: false }, percent)).toEqual(pods);
  });

  test('are those that a number of pods comes to exactly', () => {
    expect(reachable({ routed: false, pods: 4, surge: 1 })).toEqual([20, 25, 40, 50, 60, 75, 80]);
    expect(reachable({ routed: false, pods: 4, surge: 0 })).toEqual([25, 50, 75]);
    expect(reachable({ routed: false, pods: 1, surge: 0 })).toEqual([]);
  });

  test('are every percent where there is a router', () => {
    expect(reachable({ routed: true, pods: 1, surge: 0 })).toHaveLength(99);
  });
});
