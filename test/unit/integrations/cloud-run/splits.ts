import fc from 'fast-check';
import type { TrafficEntry } from '../../../../integrations/cloud-run/traffic.ts';

const REVISIONS = ['api-1', 'api-2', 'api-3'];

export function entry(overrides: Partial<TrafficEntry> = {}): TrafficEntry {
  return { latest: false, revision: 'api-1', percent: 0, tag: null, ...overrides };
}

/** Lists as Cloud Run has them: percent adds up to 100, tags are unique, “the latest” is one revision. */
export const splits = fc
  .record({
    cuts: fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 3 }),
    tags: fc.array(fc.constantFrom('a', 'b', 'c', null), { minLength: 4, maxLength: 4 }),
    names: fc.array(fc.constantFrom(...REVISIONS), { minLength: 4, maxLength: 4 }),
    latest: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  })
  .map(({ cuts, tags, names, latest }): readonly TrafficEntry[] => {
    const edges = [0, ...cuts.toSorted((a, b) => a - b), 100];
    const used = new Set<string>();
    return edges.slice(1).map((edge, at) => {
      const tag = tags[at] ?? null;
      const free = tag === null || used.has(tag) ? null : tag;
      if (free !== null) used.add(free);
      const isLatest = latest[at] ?? false;
      return {
        latest: isLatest,
        revision: isLatest ? 'api-3' : (names[at] ?? 'api-1'),
        percent: edge - (edges[at] ?? 0),
        tag: free,
      };
    });
  });
