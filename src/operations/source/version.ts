import type { CodeHost, SourceRef } from '../../../integrations/code-host.ts';
import type { DeployTarget } from '../../../integrations/target.ts';
import { type Artifact, isDigest } from '../../domain/artifact.ts';
import { nearest } from '../../domain/nearest.ts';
import { accept, type Outcome, refuse } from '../../domain/refusal.ts';
import type { TargetRef } from '../../domain/target.ts';
import type { OperationContext } from '../context.ts';
import { type ImageTagPattern, imageTagOf, isAsTyped, sourceOfImageTag, wantsTag } from './image-tag.ts';

/** What a typed version means: the content that would run, and the commit that it was made from. */
export interface ResolvedVersion {
  readonly artifact: Artifact;
  /** Null where nobody knows. */
  readonly commit: string | null;
}

/** Versions among which the nearest are looked for, and how many are offered. */
const SEARCHED = 100;
const OFFERED = 3;

/**
 * Finds what a typed version means, by the code host where the service has one: tag, release, branch or
 * commit → commit → image tag → artifact. The artifact is what counts; the commit is known beside it.
 */
export async function resolveTyped(
  context: Pick<OperationContext, 'code' | 'config'>,
  target: DeployTarget,
  version: string,
): Promise<Outcome<ResolvedVersion>> {
  const { service } = target.ref;
  const host = context.code.of(service);
  if (host === null || isDigest(version)) return withCommit(target.resolve(version), null);
  const pattern = context.config.services[service]?.imageTag ?? '{version}';
  if (isAsTyped(pattern)) return asTyped(target, host, version);
  const found = await find(host, pattern, version);
  if (found === null) return unknown(target.ref, host, version);
  const tag = wantsTag(pattern) && found.ref.kind !== 'tag' ? await tagAt(host, found.ref.commit) : null;
  const imageTag = found.imageTag ?? imageTagOf(pattern, { typed: version, ref: found.ref, tag });
  if (imageTag === null) return unknown(target.ref, host, version);
  return withCommit(target.resolve(imageTag), found.ref.commit);
}

/** The tag of a commit that was typed by another name. */
async function tagAt(host: CodeHost, commit: string): Promise<string | null> {
  return (await host.tags()).find((tag) => tag.commit === commit)?.name ?? null;
}

/** The registry knows it by what was typed; the code host is asked beside it, and may be away. */
async function asTyped(
  target: DeployTarget,
  host: CodeHost,
  version: string,
): Promise<Outcome<ResolvedVersion>> {
  const [artifact, ref] = await Promise.all([target.resolve(version), host.find(version).catch(() => null)]);
  return artifact.ok ? accept({ artifact: artifact.value, commit: ref?.commit ?? null }) : artifact;
}

/** By its name in git, or by the image tag that was typed instead of it. */
async function find(
  host: CodeHost,
  pattern: ImageTagPattern,
  version: string,
): Promise<{ readonly ref: SourceRef; readonly imageTag: string | null } | null> {
  const ref = await host.find(version);
  if (ref !== null) return { ref, imageTag: null };
  const source = sourceOfImageTag(pattern, version);
  const made = source === null || source === version ? null : await host.find(source);
  return made === null ? null : { ref: made, imageTag: version };
}

async function withCommit(
  resolving: Promise<Outcome<Artifact>>,
  commit: string | null,
): Promise<Outcome<ResolvedVersion>> {
  const artifact = await resolving;
  return artifact.ok ? accept({ artifact: artifact.value, commit }) : artifact;
}

async function unknown(target: TargetRef, host: CodeHost, version: string): Promise<Outcome<never>> {
  const recent = await host.recentVersions(SEARCHED);
  const near = nearest(version, recent, OFFERED);
  return refuse({
    code: 'unknown-version',
    target,
    version,
    nearest: near.length > 0 ? near : recent.slice(0, OFFERED),
  });
}
