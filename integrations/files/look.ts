import type { LiveState } from '../../src/domain/live-state.ts';
import { TargetError } from '../target.ts';
import type { FilesBinding } from './binding.ts';
import { type LiveRelease, recognise } from './live.ts';
import { operationDirectory } from './records.ts';
import { type HostTree, scanTree } from './scan.ts';
import { readListing } from './tree.ts';

/** A tree and what it was recognised as. */
export interface Look {
  readonly tree: HostTree;
  readonly live: LiveRelease;
}

/** The hashes of a release may be long; a hundred thousand files stay below. */
export const LISTING_LIMIT = 32 * 1_048_576;

/** What each target last saw: planning needs the tree that `inspect` has just read. */
const lastLooks = new WeakMap<FilesBinding, Look>();

/** Reads the live directory. */
export async function look(binding: FilesBinding, signal?: AbortSignal): Promise<Look> {
  const tree = await scanTree(binding, signal);
  const live = await recognise(tree, () => releaseListing(binding, tree.marker?.operation ?? ''));
  const seen = { tree, live };
  lastLooks.set(binding, seen);
  return seen;
}

/** The look that a live state came from; the directory is read again if another came between. */
export async function lookAt(binding: FilesBinding, { fingerprint }: LiveState): Promise<Look> {
  const last = lastLooks.get(binding);
  if (last?.tree.fingerprint === fingerprint) return last;
  const now = await look(binding);
  if (now.tree.fingerprint === fingerprint) return now;
  throw new TargetError(
    'conflict',
    `${binding.config.directory} on ${binding.host.name} changed while this was planned. Ask again.`,
  );
}

/** The hashes of what an operation put there, by path; null where they are gone. */
export async function releaseListing(
  { host, config }: FilesBinding,
  operation: string,
): Promise<ReadonlyMap<string, string> | null> {
  const path = `${operationDirectory(config.directory, operation)}/release.sums`;
  const content = await host.readFile(path, { limit: LISTING_LIMIT });
  return content === null ? null : readListing(Buffer.from(content).toString('utf8'));
}
