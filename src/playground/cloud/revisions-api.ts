import { status } from '@grpc/grpc-js';
import { z } from 'zod';
import type { CloudContext } from './context.ts';
import { operationMessage, packed, revisionMessage } from './messages.ts';
import { defineMethod, type RunMethod } from './method.ts';
import { page, pageRequest } from './page.ts';
import type { Revision } from './records.ts';
import { createOperation } from './service-change.ts';
import { existingService } from './services-api.ts';
import { notFound, StatusError } from './status-error.ts';
import { servedRevision } from './traffic.ts';

const service = 'google.cloud.run.v2.Revisions';

const getRevision = defineMethod({
  service,
  rpc: 'GetRevision',
  permission: 'run.revisions.get',
  request: z.object({ name: z.string() }),
  resource: (request) => request.name,
  perform: (context, request) => ({ reply: revisionMessage(existingRevision(context, request.name)) }),
});

const listRevisions = defineMethod({
  service,
  rpc: 'ListRevisions',
  permission: 'run.revisions.list',
  request: z.object(pageRequest),
  resource: (request) => request.parent,
  perform: (context, request) => {
    const parent = existingService(context, request.parent);
    const newestFirst = context.store.revisions.all().toReversed();
    const ofService = newestFirst.filter((revision) => revision.service === parent.name);
    const { items, nextPageToken } = page(ofService, request);
    return { reply: { revisions: items.map(revisionMessage), nextPageToken } };
  },
});

const deleteRevision = defineMethod({
  service,
  rpc: 'DeleteRevision',
  permission: 'run.revisions.delete',
  mutates: true,
  request: z.object({ name: z.string(), validateOnly: z.boolean().default(false) }),
  resource: (request) => request.name,
  perform: (context, request) => {
    const revision = existingRevision(context, request.name);
    checkDeletable(context, revision);
    const response = { ...packed('Revision', revisionMessage(revision)) };
    const settlesAt = context.clock.now();
    const of = { kind: 'deletion', resource: revision.name, generation: 0, revision: '', settlesAt } as const;
    const operation = { ...createOperation(context, of), done: true, response };
    const reply = operationMessage(operation, response);
    if (request.validateOnly) return { reply };
    context.store.revisions.delete(revision.name);
    context.store.operations.put(operation.name, operation);
    return { reply, effect: { effect: 'changed', changed: ['revision'], operation: operation.name } };
  },
});

export const revisionsApi: readonly RunMethod[] = [getRevision, listRevisions, deleteRevision];

function existingRevision(context: CloudContext, name: string): Revision {
  const found = context.store.revisions.get(name);
  if (found === undefined) throw notFound(name);
  return found;
}

function checkDeletable(context: CloudContext, revision: Revision): void {
  const parent = existingService(context, revision.service);
  const serving = parent.served.some((target) => servedRevision(parent, target) === revision.id);
  if (serving || parent.traffic.some((target) => target.revision === revision.id)) {
    throw new StatusError(
      status.FAILED_PRECONDITION,
      `Revision '${revision.id}' is currently serving traffic, or has a tag, and cannot be deleted.`,
    );
  }
  if (parent.latestCreated === revision.id) {
    throw new StatusError(
      status.FAILED_PRECONDITION,
      `Revision '${revision.id}' is the latest created revision of its service and cannot be deleted.`,
    );
  }
}
