import type { KnownBlock } from '@slack/web-api';
import {
  changedFiles,
  type FileChange,
  type FileChangeKind,
  NAMED_FILES,
} from '../../domain/file-changes.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Words } from '../words/words.ts';
import { fitGroups, section } from './blocks.ts';

/** Lines that one message holds; more files than that are told by their directories. */
const MOST_LINES = 150;
const IN_A_SECTION = 25;

/** What becomes of the files, in a few lines; empty where the target is no tree of files. */
export function fileLines({ files }: Pick<Plan, 'files'>, words: Words): readonly string[] {
  if (files === undefined) return [];
  const named = files.listed.slice(0, NAMED_FILES).map((file) => words.files.one(file, files.removes));
  const more = changedFiles(files) - named.length;
  return [words.files.summary(files), ...named, ...(more > 0 ? [words.files.inThread(more)] : [])];
}

/** Every file that changes, for the thread and for a dry run. */
export function fileBlocks({ files }: Pick<Plan, 'files'>, words: Words): readonly KnownBlock[] {
  if (files === undefined) return [];
  const lines =
    files.listed.length <= MOST_LINES
      ? files.listed.map((file) => words.files.one(file, files.removes))
      : byDirectory(files.listed).map(([directory, counts]) => words.files.directory(directory, counts));
  const unlisted = changedFiles(files) - files.listed.length;
  const all = [
    words.files.summary(files),
    ...lines,
    ...(unlisted > 0 ? [words.files.unlisted(unlisted)] : []),
  ];
  const groups: KnownBlock[][] = [];
  for (let from = 0; from < all.length; from += IN_A_SECTION) {
    groups.push([section(all.slice(from, from + IN_A_SECTION), words.more)]);
  }
  return fitGroups(groups, words.more);
}

type Counts = Readonly<Record<FileChangeKind, number>>;

/** By the directories that they are in; by the top ones where those are too many. */
function byDirectory(files: readonly FileChange[]): readonly (readonly [string, Counts])[] {
  const whole = countBy(files, ({ path }) => path.slice(0, path.lastIndexOf('/') + 1));
  return whole.length <= MOST_LINES
    ? whole
    : countBy(files, ({ path }) => path.slice(0, path.indexOf('/') + 1));
}

function countBy(files: readonly FileChange[], directoryOf: (file: FileChange) => string) {
  const counts = new Map<string, Record<FileChangeKind, number>>();
  for (const file of files) {
    const directory = directoryOf(file);
    const count = counts.get(directory) ?? { new: 0, modified: 0, deleted: 0 };
    count[file.change] += 1;
    counts.set(directory, count);
  }
  return [...counts];
}
