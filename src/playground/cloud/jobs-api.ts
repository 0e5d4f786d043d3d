import { status } from '@grpc/grpc-js';
import { z } from 'zod';
import type { CloudContext } from './context.ts';
import { etag, executionMessage, jobMessage, operationMessage } from './messages.ts';
import { defineMethod, type RunMethod } from './method.ts';
import { randomSuffix, shortName, stableUid } from './names.ts';
import { page, pageRequest } from './page.ts';
import { testIamPermissionsOf } from './permissions.ts';
import { resourceMessage } from './reconcile.ts';
import type { Execution, Job } from './records.ts';
import { createOperation } from './service-change.ts';
import { notFound, StatusError } from './status-error.ts';

const jobs = 'google.cloud.run.v2.Jobs';
const executions = 'google.cloud.run.v2.Executions';
const nameRequest = z.object({ name: z.string() });
const startRequest = z.object({
  name: z.string(),
  validateOnly: z.boolean().default(false),
  etag: z.string().default(''),
});

const overridesSchema = z.object({
  containerOverrides: z
    .array(
      z.object({
        args: z.array(z.string()).default([]),
        env: z.array(z.looseObject({ name: z.string() })).default([]),
      }),
    )
    .default([]),
  taskCount: z.int().default(0),
});

const getJob = defineMethod({
  service: jobs,
  rpc: 'GetJob',
  permission: 'run.jobs.get',
  request: nameRequest,
  resource: (request) => request.name,
  perform: (context, request) => ({ reply: describeJob(context, existingJob(context, request.name)) }),
});

const listJobs = defineMethod({
  service: jobs,
  rpc: 'ListJobs',
  permission: 'run.jobs.list',
  request: z.object(pageRequest),
  resource: (request) => request.parent,
  perform: (context, request) => {
    const inParent = context.store.jobs.all().filter(({ name }) => name.startsWith(`${request.parent}/`));
    const { items, nextPageToken } = page(inParent, request);
    return { reply: { jobs: items.map((job) => describeJob(context, job)), nextPageToken } };
  },
});

/** The image is all that the demo cloud keeps of a job's template. */
const givenJob = z.object({
  name: z.string().default(''),
  etag: z.string().default(''),
  template: z.object({
    template: z.object({ containers: z.array(z.object({ image: z.string().min(1) })).min(1) }),
  }),
});

const updateJob = defineMethod({
  service: jobs,
  rpc: 'UpdateJob',
  permission: 'run.jobs.update',
  mutates: true,
  request: z.object({ job: givenJob, validateOnly: z.boolean().default(false) }),
  resource: (request) => request.job.name,
  perform: (context, request) => {
    const job = existingJob(context, request.job.name);
    checkEtag(job.name, request.job.etag, etag({ uid: job.uid, resourceVersion: job.generation }));
    const image = request.job.template.template.containers[0]?.image ?? job.image;
    const operation = createOperation(context, {
      kind: 'job',
      resource: job.name,
      generation: 0,
      revision: '',
      settlesAt: context.clock.now(),
    });
    if (request.validateOnly) return { reply: operationMessage({ ...operation, done: true }, undefined) };
    const changed = image !== job.image;
    if (changed) context.store.jobs.put(job.name, { ...job, image, generation: job.generation + 1 });
    context.store.operations.put(operation.name, operation);
    return {
      reply: operationMessage(operation, resourceMessage(context, operation)),
      effect: {
        effect: changed ? 'changed' : 'no-op',
        changed: changed ? ['template'] : [],
        operation: operation.name,
      },
    };
  },
});

const runJob = defineMethod({
  service: jobs,
  rpc: 'RunJob',
  permission: 'run.jobs.run',
  mutates: true,
  request: startRequest.extend({ overrides: overridesSchema.optional() }),
  resource: (request) => request.name,
  perform: (context, request) => {
    const job = existingJob(context, request.name);
    checkEtag(job.name, request.etag, etag({ uid: job.uid, resourceVersion: job.generation }));
    const execution = newExecution(context, job, request.overrides);
    const settlesAt = context.clock.now() + job.runsForMs;
    const operation = createOperation(context, {
      kind: 'execution',
      resource: execution.name,
      generation: 0,
      revision: '',
      settlesAt,
    });
    if (request.validateOnly) return { reply: operationMessage({ ...operation, done: true }, undefined) };
    const executionsCreated = job.executionsCreated + 1;
    context.store.jobs.put(job.name, { ...job, executionsCreated, latestExecution: execution.name });
    context.store.executions.put(execution.name, execution);
    context.store.operations.put(operation.name, operation);
    return {
      reply: operationMessage(operation, resourceMessage(context, operation)),
      effect: { effect: 'changed', changed: ['execution'], operation: operation.name },
    };
  },
});

const getExecution = defineMethod({
  service: executions,
  rpc: 'GetExecution',
  permission: 'run.executions.get',
  request: nameRequest,
  resource: (request) => request.name,
  perform: (context, request) => ({ reply: executionMessage(existingExecution(context, request.name)) }),
});

const listExecutions = defineMethod({
  service: executions,
  rpc: 'ListExecutions',
  permission: 'run.executions.list',
  request: z.object(pageRequest),
  resource: (request) => request.parent,
  perform: (context, request) => {
    const job = existingJob(context, request.parent);
    const newestFirst = context.store.executions.all().toReversed();
    const { items, nextPageToken } = page(
      newestFirst.filter((execution) => execution.job === job.name),
      request,
    );
    return { reply: { executions: items.map(executionMessage), nextPageToken } };
  },
});

const cancelExecution = defineMethod({
  service: executions,
  rpc: 'CancelExecution',
  permission: 'run.executions.cancel',
  mutates: true,
  request: startRequest,
  resource: (request) => request.name,
  perform: (context, request) => {
    const execution = existingExecution(context, request.name);
    if (execution.completedAt !== null) {
      const message = `Execution '${shortName(execution.name)}' has already completed and cannot be cancelled.`;
      throw new StatusError(status.FAILED_PRECONDITION, message);
    }
    const at = context.clock.now();
    const operation = createOperation(context, {
      kind: 'cancellation',
      resource: execution.name,
      generation: 0,
      revision: '',
      settlesAt: at,
    });
    if (request.validateOnly) return { reply: operationMessage({ ...operation, done: true }, undefined) };
    const cancelled = { ...execution, completed: cancelledCondition(at), completedAt: at };
    context.store.executions.put(execution.name, cancelled);
    hasten(context, execution.name, at);
    context.store.operations.put(operation.name, operation);
    return {
      reply: operationMessage(operation, resourceMessage(context, operation)),
      effect: { effect: 'changed', changed: ['execution'], operation: operation.name },
    };
  },
});

export const jobsApi: readonly RunMethod[] = [
  getJob,
  listJobs,
  runJob,
  updateJob,
  getExecution,
  listExecutions,
  cancelExecution,
  testIamPermissionsOf(jobs),
];

/** Lets the operation that runs an execution settle now. */
function hasten(context: CloudContext, execution: string, at: number): void {
  for (const operation of context.store.operations.all()) {
    if (operation.resource !== execution || operation.done) continue;
    context.store.operations.put(operation.name, { ...operation, settlesAt: at });
  }
}

function describeJob(context: CloudContext, job: Job) {
  return jobMessage(job, context.store.executions.get(job.latestExecution));
}

function existingJob(context: CloudContext, name: string): Job {
  const job = context.store.jobs.get(name);
  if (job === undefined) throw notFound(name);
  return job;
}

function existingExecution(context: CloudContext, name: string): Execution {
  const execution = context.store.executions.get(name);
  if (execution === undefined) throw notFound(name);
  return execution;
}

function checkEtag(name: string, given: string, current: string): void {
  if (given === '' || given === current) return;
  const message = `Conflict for resource '${shortName(name)}': version '${given}' was specified but current version is '${current}'.`;
  throw new StatusError(status.ABORTED, message);
}

function newExecution(
  context: CloudContext,
  job: Job,
  overrides: z.infer<typeof overridesSchema> | undefined,
): Execution {
  const createdAt = context.clock.now();
  const suffix = `${randomSuffix(context.random)}${randomSuffix(context.random)}`;
  const name = `${job.name}/executions/${shortName(job.name)}-${suffix}`;
  const container = overrides?.containerOverrides[0];
  const taskCount = overrides?.taskCount ?? 0;
  return {
    name,
    job: job.name,
    uid: stableUid(name, createdAt),
    image: job.image,
    args: container?.args ?? [],
    env: container?.env ?? [],
    taskCount: taskCount === 0 ? 1 : taskCount,
    completed: { state: 'CONDITION_RECONCILING', message: '', at: createdAt },
    createdAt,
    completedAt: null,
  };
}

function cancelledCondition(at: number): Execution['completed'] {
  return {
    state: 'CONDITION_FAILED',
    executionReason: 'CANCELLED',
    message: 'The execution was cancelled by the user.',
    at,
  };
}
