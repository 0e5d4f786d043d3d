import { createHash } from 'node:crypto';
import type { CloudRunTargetConfig } from './config.ts';

/** Full resource names of a target, as the Admin API spells them. */
export interface ResourceNames {
  readonly service: string;
  revision(name: string): string;
  job(name: string): string;
}

export function resourceNames(
  config: Pick<CloudRunTargetConfig, 'project' | 'region' | 'service'>,
): ResourceNames {
  const location = `projects/${config.project}/locations/${config.region}`;
  const service = `${location}/services/${config.service}`;
  return {
    service,
    revision: (name) => `${service}/revisions/${name}`,
    job: (name) => `${location}/jobs/${name}`,
  };
}

/** The last part of a resource name: `api-00001-abc`. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** The revision that an operation creates: the same at every attempt, so that it can be found again. */
export function revisionName(service: string, operationId: string): string {
  return `${service}-sw${fingerprintOf(operationId)}`;
}

/** The traffic tag under which an operation reaches its revision before it serves. */
export function revisionTag(operationId: string): string {
  return `sw${fingerprintOf(operationId)}`;
}

/** The traffic tag that gives the baseline of a canary an address of its own; as long as the other one. */
export function baselineTag(operationId: string): string {
  return `bl${fingerprintOf(operationId)}`;
}

/** Ten hexadecimal digits: with the service's name (under 50) still within the 63 of a revision's. */
function fingerprintOf(operationId: string): string {
  return createHash('sha256').update(operationId).digest('hex').slice(0, 10);
}

/** What Slipway writes on revisions, so that they can be understood later without its database. */
export const ANNOTATIONS = {
  operation: 'slipway/operation',
  version: 'slipway/version',
  digest: 'slipway/digest',
  requestedBy: 'slipway/requested-by',
} as const;

/** The environment variable by which an execution of a job is known to belong to an operation. */
export const OPERATION_VARIABLE = 'SLIPWAY_OPERATION';
