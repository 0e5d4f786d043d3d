import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkTraffic, TrafficDealer } from '../../../../src/playground/cloud/traffic.ts';

/** Splits of 100 per cent among up to six revisions. */
const shares = fc
  .array(fc.integer({ min: 0, max: 100 }), { maxLength: 5 })
  .map((cuts) => [...cuts, 0, 100].sort((left, right) => left - right))
  .map((cuts) => cuts.slice(1).map((cut, index) => cut - (cuts[index] ?? 0)))
  .map((parts) => new Map(parts.map((part, index) => [`revision-${index}`, part])));

function dealt(dealer: TrafficDealer, split: ReadonlyMap<string, number>, count: number) {
  const counts = new Map<string | undefined, number>();
  for (let index = 0; index < count; index += 1) {
    const revision = dealer.deal(split);
    counts.set(revision, (counts.get(revision) ?? 0) + 1);
  }
  return counts;
}

describe('the dealer of traffic', () => {
  test('divides every hundred requests exactly by the shares', () => {
    fc.assert(
      fc.property(
        shares,
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (split, numbers) => {
          const dealer = new TrafficDealer(() => numbers.next().value ?? 0);
          const counts = dealt(dealer, split, 300);
          for (const [revision, percent] of split) expect(counts.get(revision) ?? 0).toBe(percent * 3);
        },
      ),
    );
  });

  test('deals in random order, not in blocks', () => {
    const dealer = new TrafficDealer(Math.random);
    const split = new Map([
      ['a', 50],
      ['b', 50],
    ]);
    const order = Array.from({ length: 100 }, () => dealer.deal(split));
    const changes = order.filter((revision, index) => index > 0 && revision !== order[index - 1]);
    expect(changes.length).toBeGreaterThan(10);
  });

  test('follows new shares at the next request', () => {
    const dealer = new TrafficDealer(Math.random);
    dealer.deal(new Map([['a', 100]]));
    expect(dealer.deal(new Map([['b', 100]]))).toBe('b');
  });

  test('deals to nobody when nobody has a share', () => {
    expect(new TrafficDealer(Math.random).deal(new Map())).toBeUndefined();
  });
});

describe('traffic targets', () => {
  test.each([
    ['uppercase', 'Canary'],
    ['a trailing hyphen', 'canary-'],
    ['more than 46 characters', 'a'.repeat(47)],
  ])('are refused with a tag of %s', (_case, tag) => {
    const target = {
      type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST',
      revision: '',
      percent: 100,
      tag,
    } as const;
    expect(() => checkTraffic([target])).toThrow('is not a valid tag');
  });

  test('are refused with a revision beside LATEST, or with a percentage that is none', () => {
    const type = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST';
    expect(() => checkTraffic([{ type, revision: 'a-1', percent: 100, tag: '' }])).toThrow('must not name');
    expect(() => checkTraffic([{ type, revision: '', percent: 101, tag: '' }])).toThrow(
      'is not a percentage',
    );
  });
});
