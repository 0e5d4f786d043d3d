import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { IgnoreRules } from '../ignore.ts';
import { contentDigest } from '../tree.ts';
import {
  type ArchiveLimits,
  type Bytes,
  badArchive,
  type FileContent,
  type RawEntry,
  type Release,
  type ReleaseFile,
} from './archive.ts';
import { below, entryPath, withoutFirst } from './entry-path.ts';
import { readTar } from './read-tar.ts';
import { readZip } from './read-zip.ts';

/** Which part of an archive is the tree. */
export interface ReleaseLayout {
  /** Whether everything is in one directory whose name does not matter. */
  readonly wrapped: boolean;
  /** The directory of it that is deployed; '' for all. */
  readonly root: string;
  readonly ignore: IgnoreRules;
}

interface Reading {
  readonly handle: FileHandle;
  readonly layout: ReleaseLayout;
  readonly limits: ArchiveLimits;
}

/** Reads an archive once, believing nothing of it; its contents can then be read again. */
export async function readRelease(reading: Reading): Promise<Release> {
  const entries = await formatOf(reading.handle);
  const files = new Map<string, ReleaseFile>();
  const directories = new Set<string>();
  let unpacked = 0;
  for await (const { entry, path } of partOf(entries(), reading.layout)) {
    const { sha256, size } = await hash(await entry.open(), reading.limits.unpacked - unpacked);
    unpacked += size;
    if (files.has(path)) throw badArchive(`has ${path} twice`);
    files.set(path, { path, sha256, size, executable: entry.executable });
    if (files.size > reading.limits.files) throw badArchive(`has more than ${reading.limits.files} files`);
    for (const directory of parentsOf(path)) directories.add(directory);
  }
  const both = [...files.keys()].find((path) => directories.has(path));
  if (both !== undefined) throw badArchive(`has ${both} both as a file and as a directory`);
  if (files.size === 0) throw badArchive(emptyReason(reading.layout));
  const contents = (wanted: ReadonlySet<string>) => contentsOf(entries(), reading.layout, { files, wanted });
  return { files, digest: contentDigest(files.values()), contents };
}

/** By its first bytes: a name says less. */
async function formatOf(handle: FileHandle): Promise<() => AsyncIterable<RawEntry>> {
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
  if (buffer[0] === 0x1f && buffer[1] === 0x8b) return () => readTar(handle);
  if (buffer.toString('latin1') === 'PK\u0003\u0004') return () => readZip(handle);
  throw badArchive('is neither tar.gz nor zip');
}

/** The files that are deployed, by their paths in the tree. */
async function* partOf(
  entries: AsyncIterable<RawEntry>,
  { wrapped, root, ignore }: ReleaseLayout,
): AsyncIterable<{ readonly entry: RawEntry; readonly path: string }> {
  for await (const entry of entries) {
    const whole = entryPath(entry.name);
    const unwrapped = wrapped ? withoutFirst(whole) : whole;
    const path = unwrapped === null ? null : below(root, unwrapped);
    if (path === null || entry.type === 'directory' || ignore.ignores(path)) continue;
    if (entry.type !== 'file') throw badArchive(notPlain(entry, path));
    yield { entry, path };
  }
}

function notPlain({ type, linkName }: RawEntry, path: string): string {
  if (type === 'other') return `has ${path}, which is no plain file`;
  const to = linkName === null ? '' : ` to ${linkName}`;
  return `has ${path}, a link${to}: only plain files are deployed. Put it into “ignore”, or a file in its place`;
}

function emptyReason({ root }: ReleaseLayout): string {
  return root === '' ? 'has no file to deploy' : `has no file in ${root}, which the config names as its root`;
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

async function hash(content: Bytes, most: number): Promise<{ sha256: string; size: number }> {
  const digest = createHash('sha256');
  let size = 0;
  for await (const part of content) {
    size += part.length;
    if (size > most) throw badArchive('is larger unpacked than a release may be');
    digest.update(part);
  }
  return { sha256: digest.digest('hex'), size };
}

async function* contentsOf(
  entries: AsyncIterable<RawEntry>,
  layout: ReleaseLayout,
  { files, wanted }: { readonly files: Release['files']; readonly wanted: ReadonlySet<string> },
): AsyncIterable<FileContent> {
  let missing = wanted.size;
  if (missing === 0) return;
  for await (const { entry, path } of partOf(entries, layout)) {
    const file = files.get(path);
    if (file === undefined || !wanted.has(path)) continue;
    yield { file, content: await entry.open() };
    missing -= 1;
    if (missing === 0) return;
  }
}
