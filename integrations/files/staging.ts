import { once } from 'node:events';
import { Readable } from 'node:stream';
import tar from 'tar-stream';
import type { FileContent } from './archive/archive.ts';
import { type ChangeSet, nearestDirectory, newDirectories } from './change-set.ts';
import { type LiveRelease, liveVersion } from './live.ts';
import type { AboutBackup, Marker } from './records.ts';
import type { HostTree, Ownership } from './scan.ts';
import { listingOf, type Tree } from './tree.ts';

/** What an operation is about to do to a tree, as the host is told it. */
export interface Staging {
  readonly tree: HostTree;
  readonly live: LiveRelease;
  readonly changes: ChangeSet;
  /** All files of what lives there afterwards. */
  readonly next: Tree;
  readonly marker: Marker;
  readonly about: AboutBackup;
}

/** What a backup says of the tree that it was made of; null where there was none. */
export function describeLive(live: LiveRelease, { proven }: HostTree): AboutBackup['from'] {
  switch (live.is) {
    case 'nothing':
      return null;
    case 'known':
      return { ...live.deployed, proven: proven !== null && live.deployed.operation === proven };
    case 'changed': {
      const { operation, at, kept } = live.deployed;
      const version = liveVersion(live);
      // A tree that fits no version is remembered as the whole that it is.
      const beside = version === null ? [] : [...kept, ...live.strangers];
      const digest = version === null ? live.digest : live.deployed.digest;
      return {
        operation,
        version,
        digest,
        at,
        kept: beside,
        proven: version !== null && operation === proven,
      };
    }
    case 'unknown':
      return {
        operation: null,
        version: null,
        digest: live.digest,
        at: new Date(0).toISOString(),
        kept: [],
        proven: false,
      };
  }
}

/** The words of an operation, by the names under which the host’s script reads them. */
export function wordsOf({ tree, changes, next, marker, about }: Staging): ReadonlyMap<string, string> {
  const replaced = changes.put.filter(({ before }) => before !== null);
  const old = [...replaced, ...changes.removed];
  const added = changes.put.filter(({ before }) => before === null);
  const sums = (files: readonly { readonly path: string; readonly sha256: string | null }[]) =>
    listingOf(files.map(({ path, sha256 }) => ({ path, sha256: sha256 ?? '' })));
  return new Map([
    ['new.sums', sums(changes.put.map(({ path, after }) => ({ path, sha256: after })))],
    ['old.sums', sums(old.map(({ path, before }) => ({ path, sha256: before })))],
    ['old', lines(old.map(({ path }) => path))],
    ['added', lines(added.map(({ path }) => path))],
    ['removed', lines(changes.removed.map(({ path }) => path))],
    ['dirs', lines(newDirectories(tree, changes))],
    ['same', lines(sameFiles(tree, changes))],
    ['release.sums', listingOf(next.values())],
    ['tree', listingOf(tree.files.values())],
    ['marker.json', JSON.stringify(marker)],
    ['about.json', JSON.stringify(about)],
  ]);
}

function sameFiles(tree: HostTree, changes: ChangeSet): readonly string[] {
  const changed = new Set(changes.differences.map(({ path }) => path));
  return [...tree.files.keys()].filter((path) => !changed.has(path));
}

function lines(paths: readonly string[]): string {
  return paths.map((path) => `${path}\n`).join('');
}

/** How a file is kept when it has taken its place: as the one before it, or as its directory’s owner would. */
export function ownershipFor(tree: HostTree, path: string, executable: boolean): Ownership {
  const before = tree.files.get(path);
  if (before !== undefined) return before;
  const above = nearestDirectory(tree, path);
  return { mode: executable ? 0o755 : 0o644, uid: above?.uid ?? 0, gid: above?.gid ?? 0 };
}

/** One stream of words and files, as `tar -x` reads it. Whoever stops reading it ends everything behind it. */
export function packed(
  words: ReadonlyMap<string, string>,
  files: AsyncIterable<FileContent>,
  ownership: (path: string, executable: boolean) => Ownership,
): Readable {
  return Readable.from(tarOf({ words, files, ownership }), { objectMode: false });
}

interface Packed {
  readonly words: ReadonlyMap<string, string>;
  readonly files: AsyncIterable<FileContent>;
  readonly ownership: (path: string, executable: boolean) => Ownership;
}

async function* tarOf(sent: Packed): AsyncIterable<unknown> {
  const pack = tar.pack();
  // Whoever iterates is told; told to nobody, it would end the process.
  pack.on('error', () => undefined);
  const filled = fill(pack, sent).catch((error: Error) => pack.destroy(error));
  try {
    yield* pack;
  } finally {
    pack.destroy();
    await filled;
  }
}

async function fill(pack: tar.Pack, sent: Packed): Promise<void> {
  const mtime = new Date();
  for (const [name, text] of sent.words) pack.entry({ name, mode: 0o600, mtime }, text);
  for await (const { file, content } of sent.files) {
    const { mode, uid, gid } = sent.ownership(file.path, file.executable);
    const entry = pack.entry({ name: `new/${file.path}`, size: file.size, mode, uid, gid, mtime });
    const closed = closing(entry);
    for await (const part of content) {
      if (!entry.write(part)) await Promise.race([once(entry, 'drain'), closed]);
      if (pack.destroying) throw new Error('nobody reads it any more');
    }
    entry.end(null);
    await closed;
  }
  pack.finalize();
}

/** Resolves when the entry is done with, well or not. */
function closing(entry: ReturnType<tar.Pack['entry']>): Promise<void> {
  entry.on('error', () => undefined);
  return new Promise((resolve) => entry.once('close', () => resolve()));
}
