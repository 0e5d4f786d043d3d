import type { Artifact, Digest } from '../../../src/domain/artifact.ts';
import { isDigest } from '../../../src/domain/artifact.ts';
import type { ArtifactSource } from '../../artifacts.ts';
import { TargetError } from '../../target.ts';
import { newestFirst } from '../../version-order.ts';
import type { Release } from './archive.ts';
import type { ReleaseStore } from './store.ts';

/** Where releases come from. Beside finding artifacts, it gives their files. */
export interface ReleaseSource extends Pick<ArtifactSource, 'resolve' | 'versions'> {
  /** Lets `work` read the files of an artifact; throws TargetError when its version is not that content any more. */
  withRelease<T>(artifact: Artifact, work: (release: Release) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What is asked for by name; nothing else becomes part of an address. */
const VERSION = /^\w[\w.+-]{0,127}$/;

/** Releases by version, as some place publishes them. */
export function createReleaseSource(options: {
  readonly store: ReleaseStore;
  /** What a version is called in references, before its digest. */
  readonly name: (version: string) => string;
  readonly versions: () => Promise<readonly string[]>;
}): ReleaseSource {
  const { store, name, versions } = options;

  async function byVersion(version: string): Promise<Artifact | null> {
    if (!VERSION.test(version)) return null;
    const digest = await store.current(version, async (release) => release.digest);
    return digest === null ? null : { version, digest, reference: `${name(version)}@${digest}` };
  }

  /** Archives have no index by content: what was looked at before is found, and must still be that. */
  async function byDigest(digest: Digest): Promise<Artifact | null> {
    for (const version of store.seen(digest)) {
      const artifact = await byVersion(version);
      if (artifact?.digest === digest) return artifact;
    }
    return null;
  }

  return {
    resolve: (version) => (isDigest(version) ? byDigest(version) : byVersion(version)),
    versions: async (limit) => newestFirst(await versions()).slice(0, limit),
    async withRelease({ version, digest }, work) {
      const done = await store.exact(version, digest, async (release) => ({ value: await work(release) }));
      if (done !== null) return done.value;
      throw new TargetError(
        'conflict',
        `${version} is not the archive any more that it was when this was planned. Ask again.`,
      );
    },
    close: () => store.close(),
  };
}
