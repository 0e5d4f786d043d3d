import type { Digest } from '../../../src/domain/artifact.ts';
import { TargetError } from '../../target.ts';
import { type ArchiveLimits, badArchive, type Release } from './archive.ts';
import { ask, type Download, save, type WebSource } from './download.ts';
import { type ReleaseLayout, readRelease } from './read-release.ts';

/** Where the archive of a version is, and how it is read. */
export interface ArchiveAddress {
  readonly url: string;
  /** Where its SHA-256 is published, as `sha256sum` prints it; null where it is not. */
  readonly checksum: string | null;
  readonly layout: ReleaseLayout;
}

/** The archives that were looked at lately, kept on the bot’s disk so that they come over the network once. */
export interface ReleaseStore {
  /** The release that the version means now; null where there is none. */
  current<T>(version: string, work: (release: Release) => Promise<T>): Promise<T | null>;
  /** The release of that very content, asked for again only if it is not kept; null where the version has another. */
  exact<T>(version: string, digest: Digest, work: (release: Release) => Promise<T>): Promise<T | null>;
  /** The versions that were found to have this content, the last one first. */
  seen(digest: Digest): readonly string[];
  close(): Promise<void>;
}

interface Kept {
  readonly download: Download;
  readonly release: Release;
  users: number;
}

/** Archives that stay on the disk while nobody reads them. */
const KEPT = 3;

export function createReleaseStore(options: {
  readonly web: WebSource;
  readonly address: (version: string) => ArchiveAddress;
  readonly limits: ArchiveLimits;
}): ReleaseStore {
  const kept = new Map<string, Kept>();
  const digests = new Map<string, Digest>();
  const underWay = new Map<string, Promise<Kept | null>>();

  async function fetchCurrent(version: string): Promise<Kept | null> {
    const known = kept.get(version) ?? null;
    const found = await look(options, version, known);
    if (found === known) return known;
    kept.delete(version);
    if (known?.users === 0) await known.download.handle.close();
    if (found !== null) kept.set(version, found);
    return found;
  }

  function currentOf(version: string): Promise<Kept | null> {
    const running = underWay.get(version) ?? fetchCurrent(version).finally(() => underWay.delete(version));
    underWay.set(version, running);
    return running;
  }

  async function use<T>(version: string, held: Kept, work: (release: Release) => Promise<T>): Promise<T> {
    held.users += 1;
    digests.delete(version);
    digests.set(version, held.release.digest);
    try {
      return await work(held.release);
    } finally {
      held.users -= 1;
      await tidy(version, held);
    }
  }

  /** What was replaced is closed with its last reader; of the others the oldest. */
  async function tidy(version: string, held: Kept): Promise<void> {
    if (kept.get(version) !== held && held.users === 0) await held.download.handle.close();
    const idle = [...kept].filter(([, { users }]) => users === 0);
    for (const [name, { download }] of idle.slice(0, Math.max(0, idle.length - KEPT))) {
      kept.delete(name);
      await download.handle.close();
    }
  }

  return {
    async current(version, work) {
      const held = await currentOf(version);
      return held === null ? null : use(version, held, work);
    },
    async exact(version, digest, work) {
      const known = kept.get(version);
      const held = known?.release.digest === digest ? known : await currentOf(version);
      return held === null || held.release.digest !== digest ? null : use(version, held, work);
    },
    seen: (digest) =>
      [...digests].flatMap(([version, known]) => (known === digest ? [version] : [])).reverse(),
    async close() {
      const idle = [...kept.values()];
      kept.clear();
      await Promise.all(idle.map(({ download, users }) => (users === 0 ? download.handle.close() : null)));
    },
  };
}

/** What the version is now: what is known, if the server or the checksum says so. */
async function look(
  { web, address, limits }: Parameters<typeof createReleaseStore>[0],
  version: string,
  known: Kept | null,
): Promise<Kept | null> {
  const { url, checksum, layout } = address(version);
  const wanted = checksum === null ? null : await publishedChecksum(web, checksum);
  if (checksum !== null && wanted === null) return withoutChecksum(web, { url, checksum });
  if (wanted !== null && known?.download.sha256 === wanted) return known;
  const etag = known?.download.etag ?? null;
  const answer = await ask(web, url, etag === null ? {} : { 'if-none-match': etag });
  if (answer === null) return null;
  if (answer.status === 304) return known;
  const download = await save(answer, limits.packed);
  try {
    if (wanted !== null && wanted !== download.sha256) throw wrongChecksum(version, wanted, download.sha256);
    return { download, release: await readRelease({ handle: download.handle, layout, limits }), users: 0 };
  } catch (error) {
    await download.handle.close();
    throw error;
  }
}

/** Null where none is published. */
async function publishedChecksum(web: WebSource, url: string): Promise<string | null> {
  const text = (await (await ask(web, url))?.text()) ?? '';
  return /^\s*([0-9a-fA-F]{64})(\s|$)/.exec(text.slice(0, 1_000))?.[1]?.toLowerCase() ?? null;
}

/** Neither the one nor the other is no version; an archive alone is one that cannot be trusted. */
async function withoutChecksum(
  web: WebSource,
  { url, checksum }: { readonly url: string; readonly checksum: string },
): Promise<null> {
  const answer = await ask(web, url);
  if (answer === null) return null;
  await answer.body?.cancel();
  throw new TargetError(
    'invalid',
    `There is no SHA-256 at ${new URL(checksum).pathname}: without it the archive cannot be trusted.`,
  );
}

function wrongChecksum(version: string, wanted: string, found: string): TargetError {
  return badArchive(
    `of ${version} is not what its checksum says: it has ${found.slice(0, 12)}…, ${wanted.slice(0, 12)}… was published`,
  );
}
