/** Pure functions on the traffic of a canary, at every weight that it can have. */
import {
  type FoundSplit,
  restored,
  type Shares,
  sameShares,
  sharesOf,
  type TrafficEntry,
  withShares,
  withTag,
} from './traffic.ts';

/** What a canary stands on: the split that its plan found, and the revision whose share it takes from. */
export interface CanaryGround {
  readonly found: FoundSplit;
  readonly baseline: string;
}

/** A canary by the names that its operation gives. */
export interface CanaryNames {
  readonly revision: string;
  readonly tag: string;
  readonly baselineTag: string;
}

/**
 * What really serves: the revision with the largest share that goes by no tag, wherever it stands in the
 * list. A tagged share is somebody's canary or preview; only where there is nothing else is it the baseline.
 */
export function baselineOf(served: readonly TrafficEntry[]): string | null {
  const untagged = served.filter((entry) => entry.tag === null && entry.percent > 0);
  const shares = Object.entries(sharesOf(untagged.length > 0 ? untagged : served));
  return shares.sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

/** The largest percent that a canary can have beside others; the baseline keeps one at least. */
export function highestWeight({ found, baseline }: CanaryGround): number {
  return (sharesOf(found.entries)[baseline] ?? 0) - 1;
}

/** Who takes how much while the canary has this percent. At 100 nobody else takes any. */
export function canaryShares(ground: CanaryGround, canary: string, percent: number): Shares {
  if (percent === 100) return { [canary]: 100 };
  const found = sharesOf(ground.found.entries);
  const rest = (found[ground.baseline] ?? 0) - percent;
  return { ...found, [ground.baseline]: rest, ...(percent > 0 ? { [canary]: percent } : {}) };
}

/**
 * True when traffic is exactly as this operation sets it for that percent. A share that follows the latest
 * revision is never ours: ours go by name.
 */
export function isAtWeight(request: {
  readonly ground: CanaryGround;
  readonly canary: string;
  readonly entries: readonly TrafficEntry[];
  readonly percent: number;
}): boolean {
  const wanted = canaryShares(request.ground, request.canary, request.percent);
  return sameShares(namedShares(request.entries), wanted);
}

/** Shares by revision, those of “the latest” apart from those that go by name. */
export function namedShares(entries: readonly TrafficEntry[]): Shares {
  const named = entries.map((entry) =>
    entry.latest ? { ...entry, revision: `the latest (${entry.revision})` } : entry,
  );
  return sharesOf(named);
}

/**
 * The list that gives the canary this percent, among the tags that there are now. The canary's share goes by
 * its tag, so that everybody sees whose it is and what serves stays the largest untagged share.
 */
export function canaryEntries(request: {
  readonly ground: CanaryGround;
  readonly canary: CanaryNames;
  readonly current: readonly TrafficEntry[];
  readonly percent: number;
}): readonly TrafficEntry[] {
  const { ground, canary, current, percent } = request;
  if (percent === 100) return withShares(current, { [canary.revision]: 100 });
  const others = restored({
    found: ground.found.entries,
    current,
    ownTags: [canary.tag, canary.baselineTag],
    pin: true,
  });
  const rest = withTag(taken(others, ground.baseline, percent), ground.baseline, canary.baselineTag);
  return [...rest, { latest: false, revision: canary.revision, percent, tag: canary.tag }];
}

/** Takes so many percent from one revision: from its untagged shares first. */
function taken(entries: readonly TrafficEntry[], revision: string, percent: number): readonly TrafficEntry[] {
  let left = percent;
  const take = (entry: TrafficEntry, tagged: boolean): TrafficEntry => {
    if (entry.revision !== revision || (entry.tag !== null) !== tagged) return entry;
    const part = Math.min(left, entry.percent);
    left -= part;
    return { ...entry, percent: entry.percent - part };
  };
  return entries
    .map((entry) => take(entry, false))
    .map((entry) => take(entry, true))
    .filter((entry) => entry.tag !== null || entry.percent > 0);
}
