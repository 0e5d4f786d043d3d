import { TargetError } from '../target.ts';
import { type Comparison, compareTrees, type Difference } from './compare.ts';
import type { HostDirectory, HostTree } from './scan.ts';
import { inOrder, isPlainPath, type Tree } from './tree.ts';

/** What an operation does to the live tree. */
export interface ChangeSet extends Comparison {
  /** Files that take their places: new and modified ones. */
  readonly put: readonly Difference[];
  /** Files that go. */
  readonly removed: readonly Difference[];
  /** Files that the release does not have, and that stay. */
  readonly kept: readonly string[];
}

/** `removes` says of each path whether it goes when the release does not have it. */
export function changeSet(live: HostTree, next: Tree, removes: (path: string) => boolean): ChangeSet {
  const comparison = compareTrees(live.files, next);
  const deleted = comparison.differences.filter(({ change }) => change === 'deleted');
  const goes = ({ path }: Difference) => removes(path) && isPlainPath(path);
  return {
    ...comparison,
    put: comparison.differences.filter(({ change }) => change !== 'deleted'),
    removed: deleted.filter(goes),
    kept: deleted.filter((one) => !goes(one)).map(({ path }) => path),
  };
}

/** Throws if a file of the release cannot take its place by a rename: links, other file systems, directories. */
export function ensurePossible(live: HostTree, { put }: ChangeSet, where: string): void {
  const device = live.directories.get('.')?.device;
  for (const { path } of put) {
    const reason =
      obstacle(live, path) ?? (nearestDirectory(live, path)?.device === device ? null : 'mounted');
    if (reason === null) continue;
    const what = reason === 'mounted' ? 'is in a directory on another file system' : reason;
    throw new TargetError(
      'invalid',
      `${path} ${what} in ${where}, and a file in the release. Put it into “ignore”, or make room for it.`,
    );
  }
}

function obstacle(live: HostTree, path: string): string | null {
  const other = live.others.get(path);
  if (other !== undefined) return `is ${other}`;
  if (live.directories.has(path)) return 'is a directory';
  const above = parentsOf(path).find((parent) => live.files.has(parent) || live.others.has(parent));
  return above === undefined ? null : `stands below ${above}, which is ${live.others.get(above) ?? 'a file'}`;
}

/** The directories above a path, the top one first, without the tree itself. */
export function parentsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

export function nearestDirectory(live: HostTree, path: string): HostDirectory | undefined {
  const existing = ['.', ...parentsOf(path)].filter((parent) => live.directories.has(parent));
  return live.directories.get(existing.at(-1) ?? '.');
}

/** Directories that have to be made, parents first. */
export function newDirectories(live: HostTree, { put }: ChangeSet): readonly string[] {
  const wanted = new Set(put.flatMap(({ path }) => parentsOf(path)));
  const missing = [...wanted].filter((path) => !live.directories.has(path));
  return inOrder(missing.map((path) => ({ path }))).map(({ path }) => path);
}
