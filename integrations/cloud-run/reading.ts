import type { Digest } from '../../src/domain/artifact.ts';
import { isDigest } from '../../src/domain/artifact.ts';
import type { Condition, Container, Revision, RevisionTemplate, Service } from './client.ts';
import { ended } from './errors.ts';
import { ANNOTATIONS, shortName } from './names.ts';
import type { TrafficEntry } from './traffic.ts';

/** A service of the Admin API, as far as Slipway looks at it. Revisions are short names, '' for none. */
export interface ServiceReading {
  readonly name: string;
  readonly etag: string;
  readonly uri: string | null;
  /** The service is on its way to what was asked of it; `served` may still be the old. */
  readonly reconciling: boolean;
  readonly template: RevisionTemplate;
  /** What was asked for. */
  readonly entries: readonly TrafficEntry[];
  /** What is so. */
  readonly served: readonly (TrafficEntry & { readonly url: string | null })[];
  readonly latestReady: string;
  readonly latestCreated: string;
  readonly ready: Verdict;
  readonly routes: Verdict;
}

/** A condition in brief: whether it holds, and the target's own words if not. */
export interface Verdict {
  readonly state: 'succeeded' | 'failed' | 'pending';
  readonly message: string;
}

const LATEST = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST';
const REVISION = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';

export function readService(service: Service): ServiceReading {
  const latestReady = shortName(service.latestReadyRevision ?? '');
  const asked = service.traffic ?? [];
  const entry = (target: TrafficLike) => readEntry(target, latestReady);
  return {
    name: service.name ?? '',
    etag: service.etag ?? '',
    uri: service.uri ? service.uri : null,
    reconciling: service.reconciling ?? false,
    template: service.template ?? {},
    entries: asked.length > 0 ? asked.map(entry) : [entry({ type: LATEST, percent: 100 })],
    served: (service.trafficStatuses ?? []).map((status) => ({
      ...entry(status),
      url: status.uri ? status.uri : null,
    })),
    latestReady,
    latestCreated: shortName(service.latestCreatedRevision ?? ''),
    ready: readCondition(service.terminalCondition),
    routes: readCondition(service.conditions?.find((condition) => condition.type === 'RoutesReady')),
  };
}

interface TrafficLike {
  readonly type?: string | number | null;
  readonly revision?: string | null;
  readonly percent?: number | null;
  readonly tag?: string | null;
}

/** A target of type LATEST does not name its revision, neither when asked for nor when served. */
function readEntry(target: TrafficLike, latestReady: string): TrafficEntry {
  const named = target.revision ? shortName(target.revision) : '';
  const latest = target.type === LATEST || named === '';
  return {
    latest,
    revision: named === '' ? latestReady : named,
    percent: target.percent ?? 0,
    tag: target.tag ? target.tag : null,
  };
}

/** Entries as the Admin API takes them. */
export function writeTraffic(entries: readonly TrafficEntry[]): NonNullable<Service['traffic']> {
  return entries.map(({ latest, revision, percent, tag }) => ({
    type: latest ? LATEST : REVISION,
    percent,
    ...(latest ? {} : { revision }),
    ...(tag === null ? {} : { tag }),
  }));
}

export function readCondition(condition: Condition | null | undefined): Verdict {
  const message = condition?.message ? ended(condition.message) : '';
  if (condition?.state === 'CONDITION_SUCCEEDED') return { state: 'succeeded', message };
  if (condition?.state === 'CONDITION_FAILED')
    return { state: 'failed', message: message || 'no reason given.' };
  return { state: 'pending', message };
}

/** Whether a revision can take traffic. */
export function readinessOf(revision: Revision): Verdict {
  return readCondition(revision.conditions?.find((condition) => condition.type === 'Ready'));
}

/** The image repository of a reference: `registry.example/api` of `registry.example/api:v1@sha256:…`. */
export function repositoryOf(image: string): string {
  const [named = ''] = image.split('@');
  const colon = named.lastIndexOf(':');
  return colon > named.lastIndexOf('/') ? named.slice(0, colon) : named;
}

/**
 * Which container is the service's own: the only one, else the one that runs an image of the service's
 * repository, else the one that takes the requests. Others are side-cars and stay as they are.
 */
export function ownContainer<C extends Container>(containers: readonly C[], repository: string): C | null {
  if (containers.length <= 1) return containers[0] ?? null;
  const ours = containers.filter((container) => repositoryOf(container.image ?? '') === repository);
  if (ours.length === 1) return ours[0] ?? null;
  return containers.find((container) => (container.ports ?? []).length > 0) ?? null;
}

/** What a revision runs; null when its image is not named by digest. */
export function digestOf(revision: Revision, repository: string): Digest | null {
  const image = ownContainer(revision.containers ?? [], repository)?.image ?? '';
  const digest = image.slice(image.indexOf('@') + 1);
  return image.includes('@') && isDigest(digest) ? digest : null;
}

/**
 * The version that an operation of ours wrote on a revision. Annotations are copied to the revisions that
 * others make from the same template; what is written counts only where the content is still that one.
 */
export function annotatedVersion(revision: Revision, digest: Digest | null): string | null {
  const { annotations } = revision;
  if (digest === null || annotations?.[ANNOTATIONS.digest] !== digest) return null;
  return annotations[ANNOTATIONS.version] ?? null;
}

/** What a tag may be (OCI distribution specification). */
const TAG = /^\w[\w.-]{0,127}$/;

/** The version in an image that is named by tag. */
export function taggedVersion(revision: Revision, repository: string): string | null {
  const image = ownContainer(revision.containers ?? [], repository)?.image ?? '';
  const [named = ''] = image.split('@');
  const tag = named.slice(repositoryOf(named).length + 1);
  return TAG.test(tag) ? tag : null;
}

/** Milliseconds since the epoch; 0 when it is not said, or is no time. */
export function createdAt(revision: Revision): number {
  const { seconds, nanos } = revision.createTime ?? {};
  const time = Number(seconds ?? 0) * 1_000 + Math.floor((nanos ?? 0) / 1_000_000);
  return Number.isNaN(new Date(time).getTime()) ? 0 : time;
}
