import { status } from '@grpc/grpc-js';
import { z } from 'zod';
import type { CloudContext } from './context.ts';
import { applyMask } from './field-mask.ts';
import { etag, operationMessage, packed, serviceMessage } from './messages.ts';
import { defineMethod, type Performed, type RunMethod } from './method.ts';
import { shortName, stableUid } from './names.ts';
import { page, pageRequest } from './page.ts';
import { testIamPermissionsOf } from './permissions.ts';
import { resourceMessage } from './reconcile.ts';
import { type Condition, type Service, settingsSchema, templateSchema } from './records.ts';
import {
  createOperation,
  type Desired,
  parseDesired,
  planChange,
  type ServiceChange,
} from './service-change.ts';
import { invalid, notFound, StatusError } from './status-error.ts';

const service = 'google.cloud.run.v2.Services';
const nameRequest = z.object({ name: z.string() });
const serviceIdPattern = /^[a-z]([-a-z0-9]{0,47}[a-z0-9])?$/;

/** A Service in a request; its fields are read further when it is known which of them count. */
const givenService = z.looseObject({
  name: z.string().default(''),
  etag: z.string().default(''),
  traffic: z.array(z.looseObject({ tag: z.string().default('') })).default([]),
});

const getService = defineMethod({
  service,
  rpc: 'GetService',
  permission: 'run.services.get',
  request: nameRequest,
  resource: (request) => request.name,
  perform: (context, request) => ({
    reply: serviceMessage(existingService(context, request.name), context.addresses),
  }),
});

const listServices = defineMethod({
  service,
  rpc: 'ListServices',
  permission: 'run.services.list',
  request: z.object(pageRequest),
  resource: (request) => request.parent,
  perform: (context, request) => {
    const inParent = context.store.services.all().filter(({ name }) => name.startsWith(`${request.parent}/`));
    const { items, nextPageToken } = page(inParent, request);
    return {
      reply: { services: items.map((item) => serviceMessage(item, context.addresses)), nextPageToken },
    };
  },
});

const createService = defineMethod({
  service,
  rpc: 'CreateService',
  permission: 'run.services.create',
  mutates: true,
  request: z.object({
    parent: z.string(),
    service: givenService,
    serviceId: z.string().default(''),
    validateOnly: z.boolean().default(false),
  }),
  resource: (request) => `${request.parent}/services/${request.serviceId}`,
  prepare: (context, request) =>
    openDoors(context, `${request.parent}/services/${request.serviceId}`, request.service.traffic),
  perform: (context, request) => {
    const name = `${request.parent}/services/${request.serviceId}`;
    if (!serviceIdPattern.test(request.serviceId))
      throw invalid(`'${request.serviceId}' is not a valid service_id.`);
    if (context.store.services.get(name) !== undefined) {
      throw new StatusError(status.ALREADY_EXISTS, `Resource '${request.serviceId}' already exists.`);
    }
    const desired = parseDesired(name, applyMask({}, request.service, []));
    return change(context, blankService(context, name), { desired, validateOnly: request.validateOnly });
  },
});

const updateService = defineMethod({
  service,
  rpc: 'UpdateService',
  permission: 'run.services.update',
  mutates: true,
  request: z.object({
    service: givenService,
    updateMask: z.object({ paths: z.array(z.string()).default([]) }).default({ paths: [] }),
    validateOnly: z.boolean().default(false),
    allowMissing: z.boolean().default(false),
  }),
  resource: (request) => request.service.name,
  prepare: (context, request) => openDoors(context, request.service.name, request.service.traffic),
  perform: (context, request) => {
    const { name } = request.service;
    const current = request.allowMissing ? serviceOrBlank(context, name) : existingService(context, name);
    checkEtag(current, request.service.etag);
    const fields = applyMask(settableFields(current), request.service, request.updateMask.paths);
    return change(context, current, {
      desired: parseDesired(name, fields),
      validateOnly: request.validateOnly,
    });
  },
});

const deleteService = defineMethod({
  service,
  rpc: 'DeleteService',
  permission: 'run.services.delete',
  mutates: true,
  request: z.object({
    name: z.string(),
    validateOnly: z.boolean().default(false),
    etag: z.string().default(''),
  }),
  resource: (request) => request.name,
  perform: (context, request) => {
    const current = existingService(context, request.name);
    checkEtag(current, request.etag);
    const response = { ...packed('Service', serviceMessage(current, context.addresses)) };
    const settlesAt = context.clock.now();
    const of = { kind: 'deletion', resource: current.name, generation: 0, revision: '', settlesAt } as const;
    const operation = { ...createOperation(context, of), done: true, response };
    const reply = operationMessage(operation, response);
    if (request.validateOnly) return { reply };
    removeService(context, current.name);
    context.store.operations.put(operation.name, operation);
    return { reply, effect: { effect: 'changed', changed: ['service'], operation: operation.name } };
  },
});

export const servicesApi: readonly RunMethod[] = [
  getService,
  listServices,
  createService,
  updateService,
  deleteService,
  testIamPermissionsOf(service),
];

export function existingService(context: CloudContext, name: string): Service {
  const found = context.store.services.get(name);
  if (found === undefined) throw notFound(name);
  return found;
}

/** Stores a change of a service, unless it is only to be validated, and answers with its operation. */
function change(
  context: CloudContext,
  current: Service,
  request: { readonly desired: Desired; readonly validateOnly: boolean },
): Performed {
  const planned = planChange(context, current, request.desired);
  const metadata = packed('Service', serviceMessage(planned.service, context.addresses));
  if (request.validateOnly) {
    return {
      reply: operationMessage({ ...planned.operation, done: true, response: { ...metadata } }, metadata),
    };
  }
  store(context, planned);
  return {
    reply: operationMessage(planned.operation, resourceMessage(context, planned.operation)),
    effect: {
      effect: planned.changed.length > 0 ? 'changed' : 'no-op',
      changed: [...planned.changed],
      trafficBefore: current.traffic,
      trafficAfter: planned.service.traffic,
      operation: planned.operation.name,
      ...(planned.revision !== undefined && { revision: planned.revision.id }),
    },
  };
}

function store(context: CloudContext, planned: ServiceChange): void {
  const { services, revisions, operations } = context.store;
  services.put(planned.service.name, planned.service);
  if (planned.revision !== undefined) revisions.put(planned.revision.name, planned.revision);
  operations.put(planned.operation.name, planned.operation);
}

function checkEtag(current: Service, given: string): void {
  if (given === '' || given === etag(current)) return;
  throw new StatusError(
    status.ABORTED,
    `Conflict for resource '${shortName(current.name)}': version '${given}' was specified but current version is '${etag(current)}'.`,
  );
}

function settableFields(current: Service): Readonly<Record<string, unknown>> {
  return { ...current.settings, template: current.template, traffic: current.traffic };
}

function serviceOrBlank(context: CloudContext, name: string): Service {
  return context.store.services.get(name) ?? blankService(context, name);
}

/** A service that was never asked to be anything. */
function blankService(context: CloudContext, name: string): Service {
  const at = context.clock.now();
  const pending: Condition = { state: 'CONDITION_RECONCILING', message: '', at };
  return {
    name,
    uid: stableUid(name, at),
    generation: 0,
    observedGeneration: 0,
    resourceVersion: 0,
    settings: settingsSchema.parse({}),
    template: templateSchema.parse({}),
    traffic: [],
    served: [],
    latestCreated: '',
    latestReady: '',
    revisionsCreated: 0,
    ready: pending,
    configurationsReady: pending,
    routesReady: pending,
    reconciling: true,
    createdAt: at,
    updatedAt: at,
  };
}

function removeService(context: CloudContext, name: string): void {
  context.store.services.delete(name);
  for (const revision of context.store.revisions.all()) {
    if (revision.service === name) context.store.revisions.delete(revision.name);
  }
}

function openDoors(
  context: CloudContext,
  name: string,
  traffic: readonly { readonly tag: string }[],
): Promise<void> {
  const tags = traffic.map((target) => target.tag).filter((tag) => tag !== '');
  return context.addresses.open(name, tags);
}
