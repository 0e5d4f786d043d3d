import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  baselineOf,
  type CanaryGround,
  canaryEntries,
  canaryShares,
  highestWeight,
  isAtWeight,
} from '../../../../integrations/cloud-run/canary-split.ts';
import { pinned, sharesOf, type TrafficEntry } from '../../../../integrations/cloud-run/traffic.ts';
import { entry, splits } from './splits.ts';

const CANARY = { revision: 'api-own', tag: 'sw1', baselineTag: 'bl1' };

/** Splits with a baseline that a canary can take from, and weights that it can have. */
const canaries = splits
  .map((entries) => ({ found: { entries, latestCreated: 'api-3' }, baseline: baselineOf(entries) ?? '' }))
  .filter((ground) => highestWeight(ground) >= 1)
  .chain((ground) =>
    fc.record({
      ground: fc.constant(ground),
      weights: fc.array(fc.integer({ min: 1, max: highestWeight(ground) }), { minLength: 1, maxLength: 4 }),
    }),
  );

/** The list after these weights, one after the other. */
function listAfter(ground: CanaryGround, weights: readonly number[]): readonly TrafficEntry[] {
  const start = pinned(ground.found.entries);
  return weights.reduce(
    (current, percent) => canaryEntries({ ground, canary: CANARY, current, percent }),
    start,
  );
}

function tagsOf(entries: readonly TrafficEntry[]): readonly string[] {
  return entries.flatMap(({ tag, revision }) => (tag === null ? [] : [`${tag} ${revision}`])).sort();
}

describe('for any split and any weights', () => {
  test('the canary has the last weight, the baseline gave it, and everybody else has what they had', () => {
    fc.assert(
      fc.property(canaries, ({ ground, weights }) => {
        const percent = weights.at(-1) ?? 0;
        const { [ground.baseline]: baseline = 0, ...others } = sharesOf(ground.found.entries);
        const entries = listAfter(ground, weights);
        expect(sharesOf(entries)).toEqual({
          ...others,
          [ground.baseline]: baseline - percent,
          [CANARY.revision]: percent,
        });
        expect(isAtWeight({ ground, canary: CANARY.revision, entries, percent })).toBe(true);
      }),
    );
  });

  test('the list is one that Cloud Run takes: it adds up to 100, by name, with every tag once', () => {
    fc.assert(
      fc.property(canaries, fc.boolean(), ({ ground, weights }, promoted) => {
        const entries = listAfter(ground, promoted ? [...weights, 100] : weights);
        expect(entries.reduce((sum, one) => sum + one.percent, 0)).toBe(100);
        expect(entries.every((one) => one.percent >= 0 && !(one.latest && one.percent > 0))).toBe(true);
        const own = [`${CANARY.tag} ${CANARY.revision}`, `${CANARY.baselineTag} ${ground.baseline}`];
        expect(tagsOf(entries)).toEqual([...tagsOf(ground.found.entries), ...own].sort());
      }),
    );
  });

  test('no other weight is taken for the one that was set', () => {
    fc.assert(
      fc.property(canaries, fc.integer({ min: 0, max: 100 }), ({ ground, weights }, other) => {
        fc.pre(other !== weights.at(-1));
        const entries = listAfter(ground, weights);
        expect(isAtWeight({ ground, canary: CANARY.revision, entries, percent: other })).toBe(false);
      }),
    );
  });

  test('what serves stays the largest untagged share where it was one', () => {
    fc.assert(
      fc.property(canaries, ({ ground, weights }) => {
        const sole = entry({ revision: ground.baseline, percent: 100 });
        const alone = { ...ground, found: { ...ground.found, entries: [sole] } };
        expect(baselineOf(listAfter(alone, weights))).toBe(ground.baseline);
      }),
    );
  });
});

test('the baseline is the largest untagged share, wherever it stands', () => {
  const previews = [entry({ tag: 'canary', revision: 'api-3', percent: 60 }), entry({ percent: 10 })];
  expect(baselineOf([...previews, entry({ revision: 'api-2', percent: 30 })])).toBe('api-2');
  expect(baselineOf([entry({ tag: 'preview', revision: 'api-3' }), entry({ percent: 100 })])).toBe('api-1');
});

test('the baseline is a tagged share only where nothing else serves', () => {
  const promotedByTag = [entry({ tag: 'canary', revision: 'api-2', percent: 100 }), entry()];
  expect(baselineOf(promotedByTag)).toBe('api-2');
  expect(baselineOf([])).toBeNull();
});

test('shares of one revision count together', () => {
  const parts = [entry({ latest: true, percent: 30 }), entry({ percent: 30 })];
  expect(baselineOf([entry({ revision: 'api-2', percent: 40 }), ...parts])).toBe('api-1');
});

test('a share that follows the latest revision is not ours, though it is as large', () => {
  const ground = {
    found: { entries: [entry({ percent: 100 })], latestCreated: 'api-1' },
    baseline: 'api-1',
  };
  const entries = [entry({ percent: 90 }), entry({ revision: 'api-own', percent: 10, latest: true })];
  expect(isAtWeight({ ground, canary: 'api-own', entries, percent: 10 })).toBe(false);
  expect(canaryShares(ground, 'api-own', 10)).toEqual({ 'api-1': 90, 'api-own': 10 });
});
