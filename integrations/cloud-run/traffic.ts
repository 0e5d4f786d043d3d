/**
 * Pure functions on traffic lists. An entry names the revision that takes it, also where the service says
 * “the latest”: then `latest` is true and `revision` is what the latest ready one is at this moment.
 */
export interface TrafficEntry {
  readonly latest: boolean;
  readonly revision: string;
  readonly percent: number;
  readonly tag: string | null;
}

/** Percent by revision, of those that take any. */
export type Shares = Readonly<Record<string, number>>;

/** The split that a plan found, to be told apart from anybody else's change and to be given back. */
export interface FoundSplit {
  readonly entries: readonly TrafficEntry[];
  readonly latestCreated: string;
}

/** Who takes how much, whatever tags there are. */
export function sharesOf(entries: readonly Pick<TrafficEntry, 'revision' | 'percent'>[]): Shares {
  const shares: Record<string, number> = {};
  for (const { revision, percent } of entries) {
    if (percent > 0) shares[revision] = (shares[revision] ?? 0) + percent;
  }
  return shares;
}

export function sameShares(a: Shares, b: Shares): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}

/** “100 % api-00001-abc”, “90 % api-00001-abc and 10 % api-00002-def”. */
export function describeShares(shares: Shares): string {
  const parts = Object.entries(shares)
    .sort(([, a], [, b]) => b - a)
    .map(([revision, percent]) => `${percent} % ${revision}`);
  return parts.length === 0 ? 'nothing' : parts.join(' and ');
}

/** The same shares, but by name: a newer revision takes none of them. Tags stay where they point. */
export function pinned(entries: readonly TrafficEntry[]): readonly TrafficEntry[] {
  return entries.map((entry) => (entry.percent > 0 ? { ...entry, latest: false } : entry));
}

/** With a tag on a revision that takes no traffic by it. */
export function withTag(
  entries: readonly TrafficEntry[],
  revision: string,
  tag: string,
): readonly TrafficEntry[] {
  return [...withoutTag(entries, tag), { latest: false, revision, percent: 0, tag }];
}

/** Without a tag; the share that went by it stays. */
export function withoutTag(entries: readonly TrafficEntry[], tag: string): readonly TrafficEntry[] {
  return entries.flatMap((entry) => {
    if (entry.tag !== tag) return [entry];
    return entry.percent > 0 ? [{ ...entry, tag: null }] : [];
  });
}

/** Without all of these tags. */
export function withoutTags(
  entries: readonly TrafficEntry[],
  tags: readonly string[],
): readonly TrafficEntry[] {
  return tags.reduce(withoutTag, entries);
}

/** Exactly these shares, by name, and every tag where it was. */
export function withShares(entries: readonly TrafficEntry[], shares: Shares): readonly TrafficEntry[] {
  const tags = entries.filter((entry) => entry.tag !== null).map((entry) => ({ ...entry, percent: 0 }));
  const parts = Object.entries(shares)
    .filter(([, percent]) => percent > 0)
    .map(([revision, percent]) => ({ latest: false, revision, percent, tag: null }));
  return [...parts, ...tags];
}

/**
 * The split that was found, given back among the tags that there are now: tags that somebody else set or
 * took away in the meantime stay as they are. With `pin`, shares of “the latest” go by name instead.
 */
export function restored(request: {
  readonly found: readonly TrafficEntry[];
  readonly current: readonly TrafficEntry[];
  readonly ownTags: readonly string[];
  readonly pin: boolean;
}): readonly TrafficEntry[] {
  const tags = request.current.filter(({ tag }) => tag !== null && !request.ownTags.includes(tag));
  const stands = (entry: TrafficEntry) =>
    tags.some((now) => now.tag === entry.tag && now.revision === entry.revision);
  const back = request.found.flatMap((entry) => {
    if (entry.tag === null || stands(entry)) return [entry];
    return entry.percent > 0 ? [{ ...entry, tag: null }] : [];
  });
  const used = new Set(back.map((entry) => entry.tag));
  const others = tags.filter((entry) => !used.has(entry.tag)).map((entry) => ({ ...entry, percent: 0 }));
  const entries = [...back, ...others];
  return request.pin ? pinned(entries) : entries;
}

/** True when two lists ask for the same, in whatever order and however split. */
export function sameEntries(a: readonly TrafficEntry[], b: readonly TrafficEntry[]): boolean {
  return canonical(a) === canonical(b);
}

function canonical(entries: readonly TrafficEntry[]): string {
  const tagged = entries.filter((entry) => entry.tag !== null).map(spell);
  const untagged = entries.filter((entry) => entry.tag === null);
  const byName = Object.entries(sharesOf(untagged.filter((entry) => !entry.latest)));
  const latest = Object.entries(sharesOf(untagged.filter((entry) => entry.latest)));
  return JSON.stringify([tagged.sort(), byName.sort(), latest.sort()]);
}

function spell({ latest, revision, percent, tag }: TrafficEntry): string {
  return `${tag} ${latest ? 'latest' : revision} ${percent}`;
}
