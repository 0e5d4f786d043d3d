import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  describeShares,
  pinned,
  restored,
  sameEntries,
  sameShares,
  sharesOf,
  type TrafficEntry,
  withoutTag,
  withShares,
  withTag,
} from '../../../../integrations/cloud-run/traffic.ts';
import { entry, splits } from './splits.ts';

const OWN = { revision: 'api-own', tag: 'sw1' };

describe('for any split', () => {
  test('pinning changes no share and leaves none to the latest', () => {
    fc.assert(
      fc.property(splits, (split) => {
        expect(sharesOf(pinned(split))).toEqual(sharesOf(split));
        expect(pinned(split).some((one) => one.latest && one.percent > 0)).toBe(false);
      }),
    );
  });

  test('tagging a new revision and taking the tag away is nothing', () => {
    fc.assert(
      fc.property(splits, (split) => {
        const tagged = withTag(split, OWN.revision, OWN.tag);
        expect(sharesOf(tagged)).toEqual(sharesOf(split));
        expect(withoutTag(tagged, OWN.tag)).toEqual(split);
      }),
    );
  });

  test('shifting gives exactly the wanted shares and loses no tag', () => {
    fc.assert(
      fc.property(splits, (split) => {
        const shifted = withShares(split, { 'api-2': 100 });
        expect(sharesOf(shifted)).toEqual({ 'api-2': 100 });
        const tagsOf = (list: readonly TrafficEntry[]) => list.flatMap((one) => one.tag ?? []).sort();
        expect(tagsOf(shifted)).toEqual(tagsOf(split));
      }),
    );
  });

  test('restoring after pinning, tagging and shifting gives back what was found', () => {
    fc.assert(
      fc.property(splits, fc.boolean(), (found, shifted) => {
        const begun = withTag(pinned(found), OWN.revision, OWN.tag);
        const current = shifted ? withShares(begun, { [OWN.revision]: 100 }) : begun;
        const back = restored({ found, current, ownTags: [OWN.tag], pin: false });
        expect(sameEntries(back, found)).toBe(true);
        const byName = restored({ found, current, ownTags: [OWN.tag], pin: true });
        expect(sharesOf(byName)).toEqual(sharesOf(found));
      }),
    );
  });
});

test('tags that others set or took away in the meantime stay as they made them', () => {
  const found = [entry({ percent: 100 }), entry({ tag: 'gone' }), entry({ tag: 'moved', revision: 'api-2' })];
  const current = [
    entry({ percent: 100, revision: 'api-own' }),
    entry({ tag: 'moved', revision: 'api-3' }),
    entry({ tag: 'new', revision: 'api-2' }),
    entry({ tag: 'sw1', revision: 'api-own' }),
  ];
  const back = restored({ found, current, ownTags: ['sw1'], pin: false });
  const wanted = [
    entry({ percent: 100 }),
    entry({ tag: 'moved', revision: 'api-3' }),
    entry({ tag: 'new', revision: 'api-2' }),
  ];
  expect(sameEntries(back, wanted)).toBe(true);
});

test('a share that went by a tag stays when the tag goes', () => {
  expect(withoutTag([entry({ percent: 10, tag: 'canary' })], 'canary')).toEqual([entry({ percent: 10 })]);
});

test('lists that ask for the same are the same, in whatever order and however split', () => {
  const whole = [entry({ percent: 60 }), entry({ percent: 40, revision: 'api-2' })];
  const parts = [entry({ percent: 40, revision: 'api-2' }), entry({ percent: 20 }), entry({ percent: 40 })];
  expect(sameEntries(whole, parts)).toBe(true);
  expect(sameEntries(whole, pinned([{ ...entry({ percent: 100 }), latest: true }]))).toBe(false);
  expect(sameEntries([entry({ percent: 100 })], [entry({ percent: 100, latest: true })])).toBe(false);
});

test('says shares from the largest down', () => {
  expect(describeShares({ 'api-1': 10, 'api-2': 90 })).toBe('90 % api-2 and 10 % api-1');
  expect(describeShares({})).toBe('nothing');
  expect(sameShares({}, { 'api-1': 1 })).toBe(false);
});
