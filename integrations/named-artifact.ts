import { createHash } from 'node:crypto';
import type { Artifact } from '../src/domain/artifact.ts';

/**
 * The artifact of something that never changes and is known by a name instead of its content: a commit, a
 * deployment of a host that builds itself. Its digest is that of the name.
 */
export function namedArtifact(version: string, name: string): Artifact {
  return { version, digest: `sha256:${createHash('sha256').update(name).digest('hex')}`, reference: name };
}
