import type { Artifact } from '../src/domain/artifact.ts';
import { nearest } from '../src/domain/nearest.ts';
import { accept, type Outcome, refuse } from '../src/domain/refusal.ts';
import type { TargetRef } from '../src/domain/target.ts';
import type { ArtifactSource } from './artifacts.ts';

/** Versions among which the nearest are looked for, and how many are offered. */
const SEARCHED = 1_000;
const OFFERED = 3;

/** What every target's `resolve` does: the artifact, or a refusal with the nearest (else the newest) versions. */
export async function resolveVersion(
  target: TargetRef,
  artifacts: Pick<ArtifactSource, 'resolve' | 'versions'>,
  version: string,
): Promise<Outcome<Artifact>> {
  const artifact = await artifacts.resolve(version);
  if (artifact !== null) return accept(artifact);
  const published = await artifacts.versions(SEARCHED);
  const near = nearest(version, published, OFFERED);
  return refuse({
    code: 'unknown-version',
    target,
    version,
    nearest: near.length > 0 ? near : published.slice(0, OFFERED),
  });
}
