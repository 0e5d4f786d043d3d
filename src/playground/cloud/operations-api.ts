import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { CloudContext } from './context.ts';
import { operationMessage } from './messages.ts';
import { defineMethod, type RunMethod } from './method.ts';
import { page } from './page.ts';
import { resourceMessage, settleDue } from './reconcile.ts';
import type { Operation } from './records.ts';
import { notFound } from './status-error.ts';

const service = 'google.longrunning.Operations';
const defaultWaitMs = 30_000;
const lookEveryMs = 25;

const getOperation = defineMethod({
  service,
  rpc: 'GetOperation',
  permission: 'run.operations.get',
  request: z.object({ name: z.string() }),
  resource: (request) => request.name,
  perform: (context, request) => ({
    reply: describe(context, existingOperation(context, request.name)),
  }),
});

const waitOperation = defineMethod({
  service,
  rpc: 'WaitOperation',
  permission: 'run.operations.get',
  request: z.object({
    name: z.string(),
    timeout: z.object({ seconds: z.coerce.number().default(0), nanos: z.number().default(0) }).optional(),
  }),
  resource: (request) => request.name,
  prepare: async (context, request) => {
    const { timeout } = request;
    const waitMs = timeout === undefined ? defaultWaitMs : timeout.seconds * 1000 + timeout.nanos / 1e6;
    const giveUpAt = performance.now() + Math.min(waitMs, defaultWaitMs);
    while (!existingOperation(context, request.name).done && performance.now() < giveUpAt) {
      await delay(lookEveryMs);
      settleDue(context);
    }
  },
  perform: (context, request) => ({
    reply: describe(context, existingOperation(context, request.name)),
  }),
});

const listOperations = defineMethod({
  service,
  rpc: 'ListOperations',
  permission: 'run.operations.list',
  request: z.object({
    name: z.string().default(''),
    filter: z.string().default(''),
    pageSize: z.int().default(0),
    pageToken: z.string().default(''),
  }),
  resource: (request) => request.name,
  perform: (context, request) => {
    const wanted = doneFilter(request.filter);
    const newestFirst = context.store.operations.all().toReversed();
    const found = newestFirst.filter(({ done }) => wanted === undefined || done === wanted);
    const { items, nextPageToken } = page(found, request);
    return { reply: { operations: items.map((operation) => describe(context, operation)), nextPageToken } };
  },
});

export const operationsApi: readonly RunMethod[] = [getOperation, waitOperation, listOperations];

function describe(context: CloudContext, operation: Operation) {
  return operationMessage(operation, resourceMessage(context, operation));
}

function existingOperation(context: CloudContext, name: string): Operation {
  const operation = context.store.operations.get(name);
  if (operation === undefined) throw notFound(name);
  return operation;
}

/** The documented filter: `done:true` or `done:false`. */
function doneFilter(filter: string): boolean | undefined {
  const match = /^\s*done\s*[:=]\s*(true|false)\s*$/i.exec(filter);
  return match === null ? undefined : match[1]?.toLowerCase() === 'true';
}
