import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { TargetError } from '../target.ts';
import type { FilesBinding } from './binding.ts';
import { runTree, treeCommand } from './host/script.ts';
import { aboutBackup, type Backup, type Marker, marker, readRecord } from './records.ts';
import { contentDigest, inOrder, type Tree, type TreeFile } from './tree.ts';

/** How a path is kept on the host. */
export interface Ownership {
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface HostFile extends TreeFile, Ownership {}

/** A directory; `.` is the top. `device` tells file systems apart. */
export interface HostDirectory extends Ownership {
  readonly path: string;
  readonly device: string;
}

/** The live directory at one moment, read from the host. */
export interface HostTree {
  readonly files: Tree<HostFile>;
  readonly directories: ReadonlyMap<string, HostDirectory>;
  /** Links, sockets and the like: path to what it is, with what a link points at. */
  readonly others: ReadonlyMap<string, string>;
  readonly marker: Marker | null;
  /** The last operation that proved what it had put there. */
  readonly proven: string | null;
  /** Newest first. */
  readonly backups: readonly Backup[];
  readonly disk: { readonly size: number; readonly free: number };
  /** Whom Slipway works as there. */
  readonly uid: number;
  /** Over everything that is compared. */
  readonly fingerprint: string;
}

/** A tree of a hundred thousand files with long names stays below. */
const MOST_PRINTED = 128 * 1_048_576;
const TIME_LIMIT = 10 * 60_000;

/** Reads and hashes the live directory, in one command. */
export async function scanTree(binding: FilesBinding, signal?: AbortSignal): Promise<HostTree> {
  const { host, config, backups, ignore } = binding;
  const printed = collect();
  await runTree(
    host,
    {
      argv: treeCommand('scan', config.directory, backups, ignore.directories, ignore.anything),
      output: printed.stream,
      timeLimit: TIME_LIMIT,
    },
    signal,
  );
  return readScan(printed.text());
}

function collect(): { readonly stream: Writable; text(): string } {
  const parts: Buffer[] = [];
  let size = 0;
  const stream = new Writable({
    write(part: Buffer, _encoding, done) {
      size += part.length;
      parts.push(part);
      done(size > MOST_PRINTED ? new TargetError('invalid', 'The live directory has too many files.') : null);
    },
  });
  return { stream, text: () => Buffer.concat(parts).toString('utf8') };
}

/** What the script prints, as fields that end with NUL: headings, records, entries, hashes. */
export function readScan(text: string): HostTree {
  const fields = text.split('\0');
  const entriesAt = fields.indexOf('entries');
  const hashesAt = fields.indexOf('hashes', entriesAt);
  const entries = readEntries(fields.slice(entriesAt + 1, hashesAt));
  const hashes = readHashes(fields.slice(hashesAt + 1, -1));
  const files = new Map<string, HostFile>();
  for (const { path, size, mode, uid, gid } of entries.files) {
    const sha256 = hashes.get(path);
    if (sha256 === undefined) throw unreadable(path);
    files.set(path, { path, size, mode, uid, gid, sha256 });
  }
  const { directories, others } = entries;
  return {
    ...readHead(fields.slice(0, entriesAt)),
    files,
    directories,
    others,
    fingerprint: fingerprint(files, others),
  };
}

function unreadable(path: string): TargetError {
  return new TargetError(
    'permission',
    `${path} cannot be read on the host, or went away while it was read. Let Slipway’s account read it, or put it into “ignore”.`,
  );
}

function readHead(
  fields: readonly string[],
): Pick<HostTree, 'marker' | 'proven' | 'backups' | 'disk' | 'uid'> {
  const after = (heading: string) => fields[fields.indexOf(heading) + 1] ?? '';
  const found = fields.indexOf('marker');
  const provenAt = fields.indexOf('proven');
  const backups = fields.flatMap((field, index): readonly Backup[] => {
    const about = field === 'backup' ? readRecord(aboutBackup, fields[index + 2] ?? '') : null;
    return about === null ? [] : [{ name: fields[index + 1] ?? '', about }];
  });
  const [, size = '0', , free = '0'] = after('disk').split(/\s+/);
  return {
    marker: found === -1 ? null : readRecord(marker, fields[found + 1] ?? ''),
    proven: provenAt === -1 ? null : (fields[provenAt + 1] ?? null),
    backups: inOrder(backups.map((one) => ({ ...one, path: one.name })))
      .map(({ name, about }) => ({ name, about }))
      .reverse(),
    disk: { size: Number(size) * 1_024, free: Number(free) * 1_024 },
    uid: Number(after('user')),
  };
}

const FIELDS = 8;

function readEntries(fields: readonly string[]) {
  const files: (Ownership & { path: string; size: number })[] = [];
  const directories = new Map<string, HostDirectory>();
  const others = new Map<string, string>();
  for (let at = 0; at + FIELDS <= fields.length; at += FIELDS) {
    const [type = '', mode, uid, gid, device = '', size, name = '', target] = fields.slice(at, at + FIELDS);
    const path = name.replace(/^\.\//, '');
    const ownership = { mode: Number.parseInt(mode ?? '0', 8), uid: Number(uid), gid: Number(gid) };
    if (type === 'f') files.push({ path, size: Number(size), ...ownership });
    else if (type === 'd') directories.set(path, { path, device, ...ownership });
    else others.set(path, type === 'l' ? `a link to ${target}` : 'no plain file');
  }
  return { files, directories, others };
}

/** `HASH  ./PATH` */
function readHashes(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(lines.map((line) => [line.slice(68), line.slice(0, 64)]));
}

function fingerprint(files: Tree, others: ReadonlyMap<string, string>): string {
  const rest = [...others].sort(([a], [b]) => (a < b ? -1 : 1));
  const what = JSON.stringify([contentDigest(files.values()), rest]);
  return createHash('sha256').update(what).digest('hex').slice(0, 32);
}
