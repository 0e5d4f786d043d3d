import { createHash } from 'node:crypto';
import type { FileChangeKind, FileChanges } from '../../src/domain/file-changes.ts';
import { inOrder, type Tree } from './tree.ts';

/** One file that differs between two trees. */
export interface Difference {
  readonly path: string;
  readonly change: FileChangeKind;
  /** SHA-256 of its content; null where it is not there. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface Comparison {
  /** In the order of their paths. */
  readonly differences: readonly Difference[];
  /** How many files are the same. */
  readonly same: number;
}

/** More than these are counted, not listed: a plan is stored and shown. */
const LISTED = 2_000;

/** What becomes of the first tree when the second takes its place. By content: modes and times do not count. */
export function compareTrees(before: Tree, after: Tree): Comparison {
  const differences: Difference[] = [];
  let same = 0;
  for (const { path, sha256 } of after.values()) {
    const found = before.get(path)?.sha256 ?? null;
    if (found === sha256) same += 1;
    else
      differences.push({ path, change: found === null ? 'new' : 'modified', before: found, after: sha256 });
  }
  for (const { path, sha256 } of before.values()) {
    if (!after.has(path)) differences.push({ path, change: 'deleted', before: sha256, after: null });
  }
  return { differences: inOrder(differences), same };
}

/** The table of a comparison, for the plan. */
export function asFileChanges({ differences, same }: Comparison, removes: boolean): FileChanges {
  const count = (kind: FileChangeKind) => differences.filter(({ change }) => change === kind).length;
  return {
    counts: { new: count('new'), modified: count('modified'), deleted: count('deleted'), same },
    removes,
    listed: differences.slice(0, LISTED).map(({ path, change }) => ({ path, change })),
    digest: createHash('sha256').update(JSON.stringify(differences)).digest('hex'),
  };
}
