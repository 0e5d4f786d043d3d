import { isDeepStrictEqual } from 'node:util';
import { status } from '@grpc/grpc-js';
import { z } from 'zod';
import type { CloudContext } from './context.ts';
import { imageByDigest } from './images.ts';
import { generatedRevisionId, revisionName, shortName, stableUid } from './names.ts';
import {
  type Operation,
  type Revision,
  type Service,
  settingsSchema,
  type Template,
  templateSchema,
  trafficTargetSchema,
} from './records.ts';
import { invalid, StatusError } from './status-error.ts';
import { allToLatest, checkTraffic } from './traffic.ts';

/** How long the front doors take to follow a change of traffic. */
const routingMs = 250;
/** How long it takes to find that there is no such image. */
const missingImageMs = 300;
const revisionIdPattern = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

const desiredSchema = settingsSchema.extend({
  template: templateSchema.prefault({}),
  traffic: z.array(trafficTargetSchema).default([]),
});

/** What people ask of a service: everything that they may set. */
export type Desired = z.infer<typeof desiredSchema>;

/** What an accepted change of a service brought about. */
export interface ServiceChange {
  readonly service: Service;
  readonly operation: Operation;
  readonly changed: readonly string[];
  /** The revision that it creates; absent when the template stays as it was. */
  readonly revision?: Revision;
}

/** Reads what is asked for, or throws INVALID_ARGUMENT with the reason that the API would give. */
export function parseDesired(service: string, fields: Readonly<Record<string, unknown>>): Desired {
  const desired = desiredSchema.safeParse(fields);
  if (!desired.success)
    throw invalid(`Violation in UpdateServiceRequest.service: ${z.prettifyError(desired.error)}`);
  const traffic = desired.data.traffic.length === 0 ? [...allToLatest] : desired.data.traffic;
  checkTemplate(service, desired.data.template);
  checkTraffic(traffic);
  return { ...desired.data, traffic };
}

function checkTemplate(service: string, template: Template): void {
  const where = 'Violation in UpdateServiceRequest.service.template';
  if (template.containers.length === 0)
    throw invalid(`${where}.containers: at least one container is required.`);
  if (template.containers.some((container) => container.image === '')) {
    throw invalid(`${where}.containers[0].image: an image is required.`);
  }
  const { revision } = template;
  if (revision === '') return;
  if (!revision.startsWith(`${shortName(service)}-`)) {
    throw invalid(
      `${where}.revision: the name must be prefixed by the name of the service with a trailing -`,
    );
  }
  if (!revisionIdPattern.test(revision))
    throw invalid(`${where}.revision: '${revision}' is not a valid name.`);
}

/**
 * Computes what becomes of a service that is asked to be `desired`, without storing it.
 * Throws ALREADY_EXISTS when the template names a revision that exists with another configuration.
 */
export function planChange(context: CloudContext, current: Service, desired: Desired): ServiceChange {
  const { template, traffic, ...settings } = desired;
  const changed = changedFields(current, desired);
  const revision = changed.includes('template') ? newRevision(context, current, template) : undefined;
  const generation = current.generation + (changed.length > 0 ? 1 : 0);
  const now = context.clock.now();
  const touched = { template, traffic, settings, generation, updatedAt: now, reconciling: true };
  const service: Service = {
    ...current,
    ...(changed.length > 0 && { ...touched, resourceVersion: current.resourceVersion + 1 }),
    ...(changed.includes('template') && { latestCreated: revision?.id ?? template.revision }),
    ...(revision !== undefined && { revisionsCreated: current.revisionsCreated + 1 }),
  };
  const settlesAt = now + settleMs(context, revision, changed);
  const awaited =
    revision?.name ?? (changed.length === 0 ? revisionName(service.name, service.latestCreated) : '');
  const operation = createOperation(context, {
    kind: 'service',
    resource: service.name,
    generation: service.generation,
    revision: awaited,
    settlesAt,
  });
  return { service, operation, changed, ...(revision !== undefined && { revision }) };
}

function changedFields(current: Service, desired: Desired): readonly string[] {
  const before: Readonly<Record<string, unknown>> = {
    ...current.settings,
    template: current.template,
    traffic: current.traffic,
  };
  const names = new Set([...Object.keys(before), ...Object.keys(desired)]);
  return [...names].filter((name) => !isSame(before[name], desired[name])).sort();
}

/** Whether two values mean the same to proto3, in which a field that is not set has its default value. */
function isSame(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(withoutDefaults(left), withoutDefaults(right));
}

function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutDefaults);
  if (typeof value === 'string') return value === '' || value.endsWith('_UNSPECIFIED') ? undefined : value;
  if (typeof value !== 'object' || value === null) return value || undefined;
  const fields = Object.entries(value).map(([name, field]) => [name, withoutDefaults(field)]);
  const set = fields.filter(([, field]) => field !== undefined);
  return set.length === 0 ? undefined : Object.fromEntries(set);
}

/** The revision that a new template asks for; undefined when it names one that is there, configured just so. */
function newRevision(context: CloudContext, service: Service, template: Template): Revision | undefined {
  const generated = generatedRevisionId(service.name, service.revisionsCreated + 1, context.random);
  const id = template.revision === '' ? generated : template.revision;
  const name = revisionName(service.name, id);
  const existing = context.store.revisions.get(name);
  if (existing === undefined) return describeRevision(context, { service, template, id, name });
  if (isSame(existing.template, template)) return undefined;
  throw new StatusError(
    status.ALREADY_EXISTS,
    `Revision named '${id}' with different configuration already exists.`,
  );
}

function describeRevision(
  context: CloudContext,
  of: { service: Service; template: Template; id: string; name: string },
): Revision {
  const now = context.clock.now();
  return {
    name: of.name,
    id: of.id,
    service: of.service.name,
    uid: stableUid(of.name, now),
    template: of.template,
    ...resolveImage(context, of.template.containers[0]?.image ?? ''),
    ready: { state: 'CONDITION_RECONCILING', message: 'Deploying revision.', at: now },
    servingSince: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** The image that a reference by tag or by digest names now. Cloud Run keeps to that digest for the revision's life. */
function resolveImage(
  context: CloudContext,
  reference: string,
): Pick<Revision, 'image' | 'digest' | 'version'> {
  const prefix = `${context.addresses.registryHost}/`;
  const [repository = '', digest] = reference.slice(prefix.length).split('@');
  const colon = repository.lastIndexOf(':');
  const untagged = colon === -1 ? repository : repository.slice(0, colon);
  const tag = colon === -1 ? 'latest' : repository.slice(colon + 1);
  const wanted = digest ?? context.store.tags.get(`${untagged}:${tag}`) ?? '';
  const image = reference.startsWith(prefix) ? imageByDigest(untagged, wanted) : undefined;
  if (image === undefined) return { image: reference, digest: '', version: '' };
  return { image: `${prefix}${untagged}@${wanted}`, digest: wanted, version: image.version };
}

function settleMs(context: CloudContext, revision: Revision | undefined, changed: readonly string[]): number {
  if (revision === undefined) return changed.length === 0 ? 0 : routingMs;
  const repository = revision.image.slice(context.addresses.registryHost.length + 1).split('@')[0] ?? '';
  return imageByDigest(repository, revision.digest)?.behaviour.startMs ?? missingImageMs;
}

/** A new operation, unsettled, held if the levers say so. */
export function createOperation(
  context: CloudContext,
  of: Pick<Operation, 'kind' | 'resource' | 'generation' | 'revision' | 'settlesAt'>,
): Operation {
  const count = context.store.operations.keys().length + 1;
  const now = context.clock.now();
  const location = of.resource.split('/').slice(0, 4).join('/');
  const name = `${location}/operations/${stableUid('operation', count, now, of.resource)}`;
  return { ...of, name, createdAt: now, held: context.levers.holdOperations, done: false };
}
