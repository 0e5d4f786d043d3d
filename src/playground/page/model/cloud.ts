/** @module `GET /playground/cloud`: the demo cloud's services, their revisions and who gets which traffic. */
import { number, record, records, text } from '../json.ts';

export interface Share {
  readonly revision: string;
  readonly version: string;
  readonly percent: number;
  readonly tag: string;
  readonly requests: number;
  readonly errors: number;
}

export interface Revision {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly ready: boolean;
  readonly reason: string;
}

export interface CloudService {
  readonly name: string;
  readonly environment: string;
  readonly url: string;
  readonly traffic: readonly Share[];
  /** Newest first. */
  readonly revisions: readonly Revision[];
}

export interface Cloud {
  readonly services: readonly CloudService[];
  /** Calls of the Admin API so far. */
  readonly calls: number;
}

export function readCloud(json: unknown): Cloud {
  const raw = record(json);
  const services = records(raw.services).map((service) => ({
    name: text(service.name),
    environment: text(service.environment),
    url: text(service.url),
    traffic: records(service.traffic).map((share) => ({
      revision: text(share.revision),
      version: text(share.version),
      percent: number(share.percent),
      tag: text(share.tag),
      requests: number(share.requests),
      errors: number(share.errors),
    })),
    revisions: records(service.revisions)
      .toSorted((a, b) => text(b.created).localeCompare(text(a.created)))
      .map((revision) => ({
        name: text(revision.name),
        version: text(revision.version),
        digest: text(revision.digest),
        ready: revision.ready === true,
        reason: text(revision.reason),
      })),
  }));
  return { services, calls: number(raw.calls) };
}
