import { TargetError } from '../target.ts';
import type { FilesBinding } from './binding.ts';
import { type ChangeSet, changeSet } from './change-set.ts';
import { runTree, treeCommand } from './host/script.ts';
import { LISTING_LIMIT } from './look.ts';
import type { Backup } from './records.ts';
import type { HostTree } from './scan.ts';
import { readListing, type Tree, type TreeFile } from './tree.ts';

/** A tree that backups remember, and how to come to it. */
export interface Remembered {
  readonly changes: ChangeSet;
  /** The files of the release that it was, without what stood beside it. */
  readonly release: Tree;
  /** Which backup has the content of a path that takes its place. */
  readonly sources: ReadonlyMap<string, string>;
}

const TIME_LIMIT = 5 * 60_000;

/**
 * What it takes to be as it was before a backup was made. Its own files and those of later backups have whatever
 * changed since; each is looked up by its content, so that a damaged backup is noticed here.
 */
export async function remembered(
  binding: FilesBinding,
  tree: HostTree,
  wanted: Backup,
  signal?: AbortSignal,
): Promise<Remembered> {
  const later = tree.backups.slice(0, tree.backups.findIndex(({ name }) => name === wanted.name) + 1);
  const [before, added, inventory] = await Promise.all([
    readWhole(binding, wanted.name),
    addedSince(binding, later),
    readInventory(binding, signal),
  ]);
  const kept = new Set(wanted.about.from?.kept ?? []);
  const next = new Map<string, TreeFile>();
  const sources = new Map<string, string>();
  for (const [path, sha256] of before) {
    const live = tree.files.get(path);
    const source = later.findLast(({ name }) => inventory.get(`${name}/${path}`) === sha256);
    if (live?.sha256 === sha256) next.set(path, live);
    else if (source !== undefined) {
      next.set(path, { path, sha256, size: 0 });
      sources.set(path, source.name);
    } else if (!kept.has(path)) throw lost(binding, wanted, path);
    else if (live !== undefined) next.set(path, live);
  }
  const changes = changeSet(tree, next, (path) => added.has(path));
  return { changes, release: new Map([...next].filter(([path]) => !kept.has(path))), sources };
}

function lost({ host }: FilesBinding, { name }: Backup, path: string): TargetError {
  return new TargetError(
    'not-found',
    `${name} on ${host.name} cannot be gone back to: ${path} is in no backup any more as it was then.`,
  );
}

async function readWhole(
  { host, backups }: FilesBinding,
  name: string,
): Promise<ReadonlyMap<string, string>> {
  const content = await host.readFile(`${backups}/${name}/.slipway/tree`, { limit: LISTING_LIMIT });
  if (content === null)
    throw new TargetError('not-found', `${name} on ${host.name} lacks its list of files.`);
  return readListing(Buffer.from(content).toString('utf8'));
}

/** Paths that operations since then have brought. */
async function addedSince(
  { host, backups }: FilesBinding,
  later: readonly Backup[],
): Promise<ReadonlySet<string>> {
  const lists = later.map(async ({ name }) => {
    const content = await host.readFile(`${backups}/${name}/.slipway/added`, { limit: LISTING_LIMIT });
    return Buffer.from(content ?? [])
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
  });
  return new Set((await Promise.all(lists)).flat());
}

/** The hash of every file in a backup, by `backup_…/path`. */
async function readInventory(
  { host, config, backups }: FilesBinding,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const argv = treeCommand('inventory', config.directory, backups);
  const printed = await runTree(host, { argv, timeLimit: TIME_LIMIT }, signal);
  return new Map(printed.split('\0').map((line) => [line.slice(68), line.slice(0, 64)]));
}
