/** What becomes of a file. `deleted`: it is there, and the release does not have it. */
export const FILE_CHANGE_KINDS = ['new', 'modified', 'deleted'] as const;
export type FileChangeKind = (typeof FILE_CHANGE_KINDS)[number];

export interface FileChange {
  readonly path: string;
  readonly change: FileChangeKind;
}

/** What a plan does to a tree of files, as its approvers see it. */
export interface FileChanges {
  readonly counts: Readonly<Record<FileChangeKind | 'same', number>>;
  /** Whether files that the release does not have are removed, or stay where they are. */
  readonly removes: boolean;
  /** In the order of their paths; the counts tell of those that are too many to list. */
  readonly listed: readonly FileChange[];
  /** The digest of all of them, listed or not, with their contents before and after. */
  readonly digest: string;
}

/** As many files as an operation's message names; its thread has them all. */
export const NAMED_FILES = 5;

/** How many files change. */
export function changedFiles({ counts }: FileChanges): number {
  return FILE_CHANGE_KINDS.reduce((sum, kind) => sum + counts[kind], 0);
}
