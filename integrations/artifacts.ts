import type { Artifact, Digest } from '../src/domain/artifact.ts';

/** Finds what a version means at the place where versions are published. */
export interface ArtifactSource {
  /** Null when nothing is published under that version. Throws TargetError when it can't be asked. */
  resolve(version: string): Promise<Artifact | null>;
  /** Published versions, newest first as far as the names tell. */
  versions(limit: number): Promise<readonly string[]>;
  /** The version names that point at this content now; empty when unknown. */
  versionsOf(digest: Digest): Promise<readonly string[]>;
  /** The digests of the images for each platform in an index; empty for a single image, and for what is not there. */
  manifestsOf(digest: Digest): Promise<readonly Digest[]>;
}
