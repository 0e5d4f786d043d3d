import { status } from '@grpc/grpc-js';
import type { CloudContext } from './context.ts';
import { imageByDigest } from './images.ts';
import { executionMessage, jobMessage, packed, revisionMessage, serviceMessage } from './messages.ts';
import { revisionName, shortName } from './names.ts';
import type { Condition, Operation, Revision, Service, TrafficTarget } from './records.ts';
import { productionShares } from './traffic.ts';

/** Settles every operation whose time has come, in the order in which they were started on each resource. */
export function settleDue(context: CloudContext): void {
  const waiting = new Set<string>();
  for (const operation of context.store.operations.all()) {
    if (operation.done) continue;
    const due = !operation.held && operation.settlesAt <= context.clock.now();
    if (due && !waiting.has(operation.resource)) context.store.transact(() => settle(context, operation));
    else waiting.add(operation.resource);
  }
}

/** When the next operation is due; undefined when none is on its way. */
export function nextDeadline(context: CloudContext): number | undefined {
  const times = context.store.operations
    .all()
    .filter((operation) => !operation.done && !operation.held)
    .map((operation) => operation.settlesAt);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Lets the operations go that were held. */
export function releaseHeld(context: CloudContext): void {
  for (const operation of context.store.operations.all()) {
    if (operation.held && !operation.done)
      context.store.operations.put(operation.name, { ...operation, held: false });
  }
}

function settle(context: CloudContext, operation: Operation): void {
  finish(context, operation, outcome(context, operation));
}

/** Does what an operation is for, and says why it failed; undefined when it did not. */
function outcome(context: CloudContext, operation: Operation): Failure | undefined {
  switch (operation.kind) {
    case 'service':
      return settleService(context, operation);
    case 'execution':
      return settleExecution(context, operation);
    case 'job':
    case 'cancellation':
    case 'deletion':
      return undefined;
  }
}

function settleService(context: CloudContext, operation: Operation): Failure | undefined {
  const started = startRevision(context, operation);
  const service = context.store.services.get(operation.resource);
  if (service === undefined) return gone(operation.resource);
  const newest = service.generation === operation.generation;
  const reconciled = newest ? reconcileService(context, service) : overtaken(context, service);
  context.store.services.put(reconciled.name, reconciled);
  noteServing(context, reconciled);
  const routes = newest ? failure(reconciled.routesReady) : undefined;
  return (started && failureOfRevision(started)) ?? routes;
}

/** The revision that the operation waits for, now ready or failed as its image has it. */
function startRevision(context: CloudContext, operation: Operation): Revision | undefined {
  const revision = context.store.revisions.get(operation.revision);
  if (revision === undefined || revision.ready.state !== 'CONDITION_RECONCILING') return revision;
  const now = context.clock.now();
  const ready = readyCondition(context, revision, now);
  return context.store.revisions.put(revision.name, { ...revision, ready, updatedAt: now });
}

function readyCondition(context: CloudContext, revision: Revision, at: number): Condition {
  const repository = revision.image.slice(context.addresses.registryHost.length + 1).split('@')[0] ?? '';
  const image = imageByDigest(repository, revision.digest);
  if (image === undefined) {
    const message = `Image '${revision.image}' not found.`;
    return { state: 'CONDITION_FAILED', reason: 'CONTAINER_MISSING', message, at };
  }
  if (image.behaviour.starts) return { state: 'CONDITION_SUCCEEDED', message: '', at };
  const message = neverListened(revision);
  return { state: 'CONDITION_FAILED', revisionReason: 'HEALTH_CHECK_CONTAINER_ERROR', message, at };
}

/** Cloud Run's own words for a container that does not listen. */
function neverListened(revision: Revision): string {
  const log =
    'https://console.cloud.google.com/logs/viewer?project=demo&resource=cloud_run_revision/' +
    `service_name/${shortName(revision.service)}/revision_name/${revision.id}`;
  return (
    'The user-provided container failed to start and listen on the port defined provided by the PORT=8080 ' +
    'environment variable within the allocated timeout. This can happen when the container port is misconfigured ' +
    'or if the timeout is too short. The health check timeout can be extended. Logs for this revision might ' +
    `contain more information.\n\nLogs URL: ${log}\nFor more troubleshooting guidance, see ` +
    'https://cloud.google.com/run/docs/troubleshooting#container-failed-to-start'
  );
}

/**
 * Brings a service to what is asked of it, as far as that goes: traffic moves when every revision that it names can
 * take it, else it stays; the service is ready when its newest revision and its traffic are.
 */
function reconcileService(context: CloudContext, before: Service): Service {
  if (!before.reconciling) return before;
  const service = withLatestReady(context, before);
  const at = context.clock.now();
  const problem = service.traffic.map((target) => targetProblem(context, service, target)).find(Boolean);
  const routesReady = problem ?? succeeded(at);
  const configurationsReady = configurationCondition(context, service, at);
  const failed = [configurationsReady, routesReady].find(
    (condition) => condition.state === 'CONDITION_FAILED',
  );
  return {
    ...service,
    served: problem === undefined ? service.traffic : service.served,
    routesReady,
    configurationsReady,
    ready: failed ?? succeeded(at),
    observedGeneration: failed === undefined ? service.generation : service.observedGeneration,
    reconciling: false,
    updatedAt: at,
    resourceVersion: service.resourceVersion + 1,
  };
}

/** A service whose newer change is still on its way: only its newest ready revision may be another one now. */
function overtaken(context: CloudContext, service: Service): Service {
  return { ...withLatestReady(context, service), resourceVersion: service.resourceVersion + 1 };
}

function withLatestReady(context: CloudContext, service: Service): Service {
  const created = context.store.revisions.get(revisionName(service.name, service.latestCreated));
  const ready = created?.ready.state === 'CONDITION_SUCCEEDED';
  return ready ? { ...service, latestReady: service.latestCreated } : service;
}

function configurationCondition(context: CloudContext, service: Service, at: number): Condition {
  const created = context.store.revisions.get(revisionName(service.name, service.latestCreated));
  if (created === undefined || created.ready.state === 'CONDITION_SUCCEEDED') return succeeded(at);
  return { state: 'CONDITION_FAILED', reason: 'REVISION_FAILED', message: cannotServe(created), at };
}

/** Why a target cannot be served; undefined when it can. */
function targetProblem(
  context: CloudContext,
  service: Service,
  target: TrafficTarget,
): Condition | undefined {
  const id = target.revision === '' ? service.latestCreated : target.revision;
  const revision = context.store.revisions.get(revisionName(service.name, id));
  const at = context.clock.now();
  if (revision === undefined) {
    const message = `Revision '${id}' does not exist or is deleted. Update all traffic to route to currently available revisions.`;
    return { state: 'CONDITION_FAILED', reason: 'REVISION_FAILED', message, at };
  }
  if (revision.ready.state === 'CONDITION_SUCCEEDED') return undefined;
  return { state: 'CONDITION_FAILED', reason: 'REVISION_FAILED', message: cannotServe(revision), at };
}

function cannotServe(revision: Revision): string {
  return `Revision '${revision.id}' is not ready and cannot serve traffic. ${revision.ready.message}`;
}

function succeeded(at: number): Condition {
  return { state: 'CONDITION_SUCCEEDED', message: '', at };
}

/** Remembers since when each revision of a service has had production traffic without a break. */
export function noteServing(context: CloudContext, service: Service): void {
  const shares = productionShares(service);
  for (const revision of context.store.revisions.all()) {
    if (revision.service !== service.name) continue;
    const serves = shares.has(revision.id);
    if (serves === (revision.servingSince !== null)) continue;
    const servingSince = serves ? context.clock.now() : null;
    context.store.revisions.put(revision.name, { ...revision, servingSince });
  }
}

function settleExecution(context: CloudContext, operation: Operation): Failure | undefined {
  const execution = context.store.executions.get(operation.resource);
  const job = context.store.jobs.get(execution?.job ?? '');
  if (execution === undefined) return gone(operation.resource);
  if (execution.completedAt !== null) return failure(execution.completed);
  const at = context.clock.now();
  const completed: Condition = job?.fails === true ? taskFailed(execution.name, at) : succeeded(at);
  context.store.executions.put(execution.name, { ...execution, completed, completedAt: at });
  return failure(completed);
}

function taskFailed(execution: string, at: number): Condition {
  const message = `Task ${shortName(execution)}-task0 failed with message: The container exited with an error.`;
  return { state: 'CONDITION_FAILED', executionReason: 'NON_ZERO_EXIT_CODE', message, at };
}

type Failure = NonNullable<Operation['error']>;

function failure(condition: Condition): Failure | undefined {
  if (condition.state !== 'CONDITION_FAILED') return undefined;
  return { code: status.FAILED_PRECONDITION, message: condition.message };
}

/** A missing image is named as such; a container that does not start makes the revision unable to serve. */
function failureOfRevision(revision: Revision): Failure | undefined {
  if (revision.ready.reason === 'CONTAINER_MISSING') {
    return { code: status.NOT_FOUND, message: revision.ready.message };
  }
  const failed = failure(revision.ready);
  return failed && { ...failed, message: cannotServe(revision) };
}

function gone(resource: string): Failure {
  return { code: status.NOT_FOUND, message: `Resource '${resource}' was deleted.` };
}

function finish(context: CloudContext, operation: Operation, error: Failure | undefined): void {
  const response = error === undefined ? resourceMessage(context, operation) : undefined;
  context.store.operations.put(operation.name, {
    ...operation,
    done: true,
    ...(error !== undefined && { error }),
    ...(response !== undefined && { response: { ...response } }),
  });
}

/** The resource that an operation is about, as it is now, packed for the operation's metadata or response. */
export function resourceMessage(context: CloudContext, operation: Operation) {
  const { store, addresses } = context;
  const service = store.services.get(operation.resource);
  if (service !== undefined) return packed('Service', serviceMessage(service, addresses));
  const execution = store.executions.get(operation.resource);
  if (execution !== undefined) return packed('Execution', executionMessage(execution));
  const job = store.jobs.get(operation.resource);
  if (job !== undefined) return packed('Job', jobMessage(job, store.executions.get(job.latestExecution)));
  const revision = store.revisions.get(operation.resource);
  return revision && packed('Revision', revisionMessage(revision));
}
