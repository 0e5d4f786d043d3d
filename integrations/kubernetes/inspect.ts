import { createHash } from 'node:crypto';
import type { Digest } from '../../src/domain/artifact.ts';
import { canonicalJson } from '../../src/domain/json.ts';
import type { Health, LiveState, Revision, TrafficShare } from '../../src/domain/live-state.ts';
import { TargetError } from '../target.ts';
import { routedShares } from './argo-rollouts/shares.ts';
import type { KubernetesBinding, Reading } from './binding.ts';
import { currentRevision, type KeptRevision, ownMarks, revisionDigest } from './history.ts';
import { notesOf } from './notes.ts';
import type { Event, Workload } from './objects.ts';
import { readAll, readAutoscaler, readWarnings } from './reading.ts';
import { desiredPods, rolloutState } from './rollout.ts';
import { sharesOf } from './shares.ts';
import { containerOf, namedTag, repositoryOf } from './template.ts';
import { creationTrouble, isReady, troubleOf, troubleText } from './trouble.ts';

/** What a workload is doing, and how many of its pods are ready. */
export interface Inspection {
  readonly live: LiveState;
  readonly ready: number;
}

/** What the workload is really doing, read from the cluster. */
export async function inspect(binding: KubernetesBinding): Promise<LiveState> {
  return (await inspectPods(binding)).live;
}

export async function inspectPods(binding: KubernetesBinding): Promise<Inspection> {
  const [reading, scaler, warnings] = await Promise.all([
    readAll(binding),
    optional(readAutoscaler(binding)),
    optional(readWarnings(binding)),
  ]);
  const { revisions, note } = await describeRevisions(binding, reading.revisions);
  const events = warnings.value ?? [];
  const live: LiveState = {
    traffic: trafficOf(reading),
    revisions,
    health: healthOf(binding, reading, events),
    url: binding.config.url ?? null,
    fingerprint: fingerprintOf(binding, reading),
    notes: [
      ...notesOf({ kind: binding.workload.kind, reading, scaler: scaler.value, events, now: binding.now() }),
      ...[note, scaler.note, warnings.note].filter((one) => one !== null),
    ],
  };
  binding.readings.set(live, reading);
  return { live, ready: reading.revisions.flatMap(({ pods }) => pods).filter(isReady).length };
}

/** What only adds to the picture may be missing; the reason is told in its place. */
async function optional<T>(asked: Promise<T>): Promise<{ value: T | null; note: string | null }> {
  try {
    return { value: await asked, note: null };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { value: null, note: error.message };
  }
}

/** Shares by ready pods, which is how a Service spreads requests, or by the weights of a Rollout’s router. */
export function trafficOf({
  workload,
  revisions,
}: Pick<Reading, 'workload' | 'revisions'>): readonly TrafficShare[] {
  const weighted = routedShares(workload);
  if (weighted !== null) {
    return sharesOf(weighted).map(({ name, percent }) => ({ revision: name, percent }));
  }
  const ready = revisions.map(({ name, pods }) => ({ name, weight: pods.filter(isReady).length }));
  return sharesOf(ready).map(({ name, percent }) => ({ revision: name, percent }));
}

async function describeRevisions(
  binding: KubernetesBinding,
  kept: readonly KeptRevision[],
): Promise<{ readonly revisions: readonly Revision[]; readonly note: string | null }> {
  const known = kept.map((one) => describe(binding, one));
  try {
    const named = known.map(async (one) =>
      one.version === null ? { ...one, version: await publishedVersion(binding, one.digest) } : one,
    );
    return { revisions: await Promise.all(named), note: null };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { revisions: known, note: `Versions are missing here: ${error.message}` };
  }
}

function describe({ config, repository }: KubernetesBinding, kept: KeptRevision): Revision {
  const image = containerOf(kept.template, config.container)?.image ?? '';
  const tag = repositoryOf(image) === repository ? namedTag(image) : null;
  return {
    name: kept.name,
    digest: revisionDigest(kept, config.container),
    version: ownMarks(kept, config.container)?.version ?? tag,
    createdAt: kept.createdAt,
    ready: { is: true },
  };
}

async function publishedVersion(binding: KubernetesBinding, digest: Digest | null): Promise<string | null> {
  return digest === null ? null : ((await binding.artifacts.versionsOf(digest))[0] ?? null);
}

/** How what serves is: by ready pods, then by what the rollout says. */
function healthOf(
  { workload: { kind } }: KubernetesBinding,
  reading: Reading,
  events: readonly Event[],
): Health {
  const { workload, pods } = reading;
  const desired = desiredPods(kind, workload);
  if (desired === 0) return { status: 'unhealthy', reason: 'It is scaled to zero: nothing serves.' };
  const ready = reading.revisions.flatMap((one) => one.pods).filter(isReady).length;
  const troubles = pods.map((pod) => troubleOf(pod, events)).filter((one) => one !== null);
  const told = [creationTrouble(workload.status.conditions) ?? '', troubleText(troubles)].filter(Boolean);
  const why = told.length === 0 ? '' : ` ${told.join('; ')}`;
  if (ready === 0) return { status: 'unhealthy', reason: `None of ${desired} pods is ready.${why}` };
  const rollout = rolloutState(kind, workload);
  if (rollout.state === 'failed') {
    return { status: 'degraded', reason: `The last rollout failed. ${rollout.message}${why}` };
  }
  if (ready < desired && troubles.length > 0) {
    return { status: 'degraded', reason: `${ready} of ${desired} pods are ready.${why}` };
  }
  return { status: 'healthy' };
}

/**
 * Over the template that it is asked to run, and over what runs beside it. How many pods there are is the
 * autoscaler's business, and which of them are ready changes by the minute.
 */
function fingerprintOf({ config }: KubernetesBinding, { workload, revisions }: Reading): string {
  const running = revisions
    .filter(({ pods }) => pods.length > 0)
    .map((one) => identityOf(one, config.container));
  const asked = currentRevision(workload, revisions);
  const what = canonicalJson([workload.metadata.uid, askedOf(workload, asked), [...running].sort()]);
  return createHash('sha256').update(what).digest('hex').slice(0, 32);
}

function askedOf(workload: Workload, asked: KeptRevision | null): string {
  return asked?.name ?? `generation ${workload.metadata.generation}`;
}

function identityOf(revision: KeptRevision, container: string): string {
  return `${revision.name} ${revisionDigest(revision, container) ?? ''}`;
}
