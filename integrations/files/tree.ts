import { createHash } from 'node:crypto';
import type { Digest } from '../../src/domain/artifact.ts';

/** One file of a tree. */
export interface TreeFile {
  /** From the tree's top, with `/` between its parts and none before them. */
  readonly path: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** The files of a tree by their paths. */
export type Tree<F extends TreeFile = TreeFile> = ReadonlyMap<string, F>;

/**
 * The name of a tree's content: the SHA-256 of what `sha256sum` prints about its files, in the order of their
 * paths as bytes. However an archive was packed, and wherever the files are, it is the same.
 */
export function contentDigest(files: Iterable<Pick<TreeFile, 'path' | 'sha256'>>): Digest {
  return `sha256:${createHash('sha256').update(listingOf(files)).digest('hex')}`;
}

/** `HASH  PATH` a line, in the order of the paths: what `sha256sum -c` reads. */
export function listingOf(files: Iterable<Pick<TreeFile, 'path' | 'sha256'>>): string {
  return inOrder(files)
    .map(({ sha256, path }) => `${sha256}  ${path}\n`)
    .join('');
}

/** The other way: hashes by path. Lines that are none are left out. */
export function readListing(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').map((line) => /^([0-9a-f]{64}) [ *](.+)$/.exec(line));
  return new Map(lines.flatMap((found) => (found === null ? [] : [[found[2] ?? '', found[1] ?? '']])));
}

/** By path, as bytes: the order of `LC_ALL=C sort`. */
export function inOrder<F extends { readonly path: string }>(files: Iterable<F>): readonly F[] {
  return [...files].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

/**
 * Whether a line can hold the path. Names with control characters or backslashes are never part of a release:
 * tools escape them each in a way of its own.
 */
export function isPlainPath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return !/[\u0000-\u001f\u007f\\\ufffd]/.test(path);
}
