import type { Digest } from '../../src/domain/artifact.ts';
import { compareTrees } from './compare.ts';
import type { Deployed } from './records.ts';
import type { HostTree } from './scan.ts';
import { contentDigest, type Tree, type TreeFile } from './tree.ts';

/** What lives in a tree: known by its content, never only by what is written about it. */
export type LiveRelease =
  | { readonly is: 'nothing' }
  /** Exactly what was deployed. */
  | { readonly is: 'known'; readonly deployed: Deployed }
  /** What was deployed, and what somebody did to it since. */
  | {
      readonly is: 'changed';
      readonly deployed: Deployed;
      readonly digest: Digest;
      /** Files of the release that are not what it says, in order; null where its list is gone. */
      readonly files: readonly string[] | null;
      /** Files that no release had. */
      readonly strangers: readonly string[];
    }
  /** Nothing that Slipway deployed here. */
  | { readonly is: 'unknown'; readonly digest: Digest };

/**
 * Recognises a tree: as what its record says, else as what stood before one of its backups. `listing` are the
 * hashes of the recorded release by path; it is asked for only where the content differs.
 */
export async function recognise(
  tree: HostTree,
  listing: () => Promise<ReadonlyMap<string, string> | null>,
): Promise<LiveRelease> {
  if (tree.files.size === 0) return { is: 'nothing' };
  const { marker, backups } = tree;
  const known = [marker, ...backups.map(({ about }) => about.from)].flatMap((one) => one ?? []);
  const exact = known.find((one) => digestWithout(tree.files, one.kept) === one.digest);
  if (exact !== undefined) return { is: 'known', deployed: exact };
  const digest = contentDigest(tree.files.values());
  if (marker === null) return { is: 'unknown', digest };
  return { is: 'changed', deployed: marker, digest, ...changesSince(tree, marker, await listing()) };
}

/** The digest of a tree without some of its paths. */
export function digestWithout(files: Tree, paths: readonly string[]): Digest {
  const left = new Set(paths);
  return contentDigest([...files.values()].filter(({ path }) => !left.has(path)));
}

function changesSince(
  tree: HostTree,
  { kept }: Deployed,
  listing: ReadonlyMap<string, string> | null,
): { readonly files: readonly string[] | null; readonly strangers: readonly string[] } {
  if (listing === null) return { files: null, strangers: [] };
  const before = new Map<string, TreeFile>();
  for (const [path, sha256] of listing) before.set(path, { path, sha256, size: 0 });
  const { differences } = compareTrees(before, tree.files);
  const known = new Set(kept);
  return {
    files: differences.filter(({ change }) => change !== 'new').map(({ path }) => path),
    strangers: differences
      .filter(({ change, path }) => change === 'new' && !known.has(path))
      .map(({ path }) => path),
  };
}

/** The digest under which what lives is known; null for nothing. */
export function liveDigest(live: LiveRelease): Digest | null {
  switch (live.is) {
    case 'nothing':
      return null;
    case 'known':
      return live.deployed.digest;
    case 'changed':
      return onlyStrangers(live) ? live.deployed.digest : live.digest;
    case 'unknown':
      return live.digest;
  }
}

/** The version that people know it by; null where it is none. */
export function liveVersion(live: LiveRelease): string | null {
  if (live.is === 'known') return live.deployed.version;
  return live.is === 'changed' && onlyStrangers(live) ? live.deployed.version : null;
}

/** Every file of the release is what it was; there are only others beside it. */
export function onlyStrangers(live: Extract<LiveRelease, { is: 'changed' }>): boolean {
  return live.files?.length === 0;
}

const NAMED = 5;

/** A few paths by name, the rest counted. */
export function somePaths(paths: readonly string[]): string {
  const named = paths.slice(0, NAMED).join(', ');
  return paths.length <= NAMED ? named : `${named} and ${paths.length - NAMED} more`;
}

/** What people should know of what was done by hand; null where nothing was. */
export function describeDrift(live: LiveRelease): string | null {
  if (live.is === 'unknown') return 'What lives there fits no version that Slipway knows.';
  if (live.is !== 'changed') return null;
  const { version } = live.deployed;
  const since = version === null ? 'the last deploy' : version;
  const { files, strangers } = live;
  const beside = strangers.length === 0 ? '' : `Files that no release has: ${somePaths(strangers)}.`;
  if (files === null) return `Changed by hand since ${since} was deployed.`;
  if (files.length === 0) return `${beside} If they are data, put them into “ignore”.`;
  return `Changed by hand since ${since} was deployed: ${somePaths(files)}. ${beside}`.trim();
}
