import type { CloudContext } from './context.ts';
import { revisionName, shortName } from './names.ts';
import type { Revision, Service, TrafficTarget } from './records.ts';
import type { RequestCount, RevisionServer } from './revision-server.ts';
import { environmentLabel, serviceLabel } from './seed.ts';
import { servedRevision } from './traffic.ts';

/** `GET /playground/cloud`, as PLAYGROUND-CONTRACT has it. */
export interface CloudSnapshot {
  readonly services: readonly ServiceSnapshot[];
  /** How many mutating calls the Admin API has had. */
  readonly calls: number;
}

export interface ServiceSnapshot {
  readonly name: string;
  readonly environment: string;
  readonly url: string;
  readonly traffic: readonly TrafficSnapshot[];
  readonly revisions: readonly RevisionSnapshot[];
}

export interface TrafficSnapshot extends RequestCount {
  readonly revision: string;
  readonly version: string;
  readonly percent: number;
  readonly tag?: string;
}

export interface RevisionSnapshot {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly ready: boolean;
  /** Why it is not ready; empty when it is. */
  readonly reason: string;
  readonly created: string;
}

export function takeSnapshot(context: CloudContext, server: RevisionServer): CloudSnapshot {
  const { store } = context;
  const services = store.services.all().map((service) => describeService(context, server, service));
  return { services, calls: store.calls.keys().length };
}

function describeService(context: CloudContext, server: RevisionServer, service: Service): ServiceSnapshot {
  const { labels } = service.settings;
  const revisions = context.store.revisions.all().filter((revision) => revision.service === service.name);
  return {
    name: labels[serviceLabel] ?? shortName(service.name),
    environment: labels[environmentLabel] ?? '',
    url: context.addresses.url(service.name) ?? '',
    traffic: service.served.map((target) => describeTarget(context, server, { service, target })),
    revisions: revisions.toReversed().map(describeRevision),
  };
}

function describeTarget(
  context: CloudContext,
  server: RevisionServer,
  of: { service: Service; target: TrafficTarget },
): TrafficSnapshot {
  const id = servedRevision(of.service, of.target);
  const name = revisionName(of.service.name, id);
  const version = context.store.revisions.get(name)?.version ?? '';
  const tag = of.target.tag === '' ? {} : { tag: of.target.tag };
  return { revision: id, version, percent: of.target.percent, ...tag, ...server.count(name) };
}

function describeRevision(revision: Revision): RevisionSnapshot {
  return {
    name: revision.id,
    version: revision.version,
    digest: revision.digest,
    ready: revision.ready.state === 'CONDITION_SUCCEEDED',
    reason: revision.ready.message.split('\n')[0] ?? '',
    created: new Date(revision.createdAt).toISOString(),
  };
}
