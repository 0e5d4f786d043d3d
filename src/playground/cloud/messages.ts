import type { Addresses } from './context.ts';
import { shortName } from './names.ts';
import type { Condition, Execution, Job, Operation, Revision, Service, TrafficTarget } from './records.ts';

/** A message of the Admin API, as protobuf takes it. */
export type Message = Readonly<Record<string, unknown>>;

const typePrefix = 'type.googleapis.com/google.cloud.run.v2.';
const owner = 'demo@slipway.local';

/** A message inside a google.protobuf.Any. */
export function packed(type: 'Service' | 'Revision' | 'Job' | 'Execution', message: Message): Message {
  return { '@type': `${typePrefix}${type}`, ...message };
}

export function timestamp(ms: number): Message {
  return { seconds: String(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1_000_000 };
}

export function etag(of: { readonly uid: string; readonly resourceVersion: number }): string {
  return `"${Buffer.from(`${of.uid.slice(0, 8)}/${of.resourceVersion}`).toString('base64url')}"`;
}

export function serviceMessage(service: Service, addresses: Addresses): Message {
  const uri = addresses.url(service.name);
  return {
    ...service.settings,
    name: service.name,
    uid: service.uid,
    generation: String(service.generation),
    observedGeneration: String(service.observedGeneration),
    createTime: timestamp(service.createdAt),
    updateTime: timestamp(service.updatedAt),
    creator: owner,
    lastModifier: owner,
    template: service.template,
    traffic: service.traffic,
    trafficStatuses: service.served.map((target) => trafficStatus(target, service.name, addresses)),
    terminalCondition: conditionMessage('Ready', service.ready),
    conditions: [
      conditionMessage('RoutesReady', service.routesReady),
      conditionMessage('ConfigurationsReady', service.configurationsReady),
    ],
    latestReadyRevision: revisionPath(service.name, service.latestReady),
    latestCreatedRevision: revisionPath(service.name, service.latestCreated),
    ...(uri !== undefined && { uri, urls: [uri] }),
    reconciling: service.reconciling,
    etag: etag(service),
  };
}

/** As the real one answers: the status of a LATEST target does not name its revision, and only tags have a URI. */
function trafficStatus(target: TrafficTarget, service: string, addresses: Addresses): Message {
  const uri = target.tag === '' ? undefined : addresses.url(service, target.tag);
  return { ...target, ...(uri !== undefined && { uri }) };
}

function revisionPath(service: string, id: string): string {
  return id === '' ? '' : `${service}/revisions/${id}`;
}

export function revisionMessage(revision: Revision): Message {
  const [container, ...sidecars] = revision.template.containers;
  const { revision: _name, containers: _containers, ...shared } = revision.template;
  return {
    ...shared,
    name: revision.name,
    uid: revision.uid,
    generation: '1',
    observedGeneration: '1',
    service: shortName(revision.service),
    createTime: timestamp(revision.createdAt),
    updateTime: timestamp(revision.updatedAt),
    creator: owner,
    launchStage: 'GA',
    containers: [{ ...container, image: revision.image }, ...sidecars],
    reconciling: revision.ready.state === 'CONDITION_RECONCILING',
    conditions: ['Ready', 'ContainerReady', 'ContainerHealthy', 'ResourcesAvailable'].map((type) =>
      conditionMessage(type, revision.ready),
    ),
    logUri: `https://console.cloud.google.com/logs/viewer?resource=cloud_run_revision/revision_name/${revision.id}`,
    etag: etag({ uid: revision.uid, resourceVersion: revision.updatedAt }),
  };
}

function conditionMessage(type: string, condition: Condition): Message {
  const { state, message, at, ...reasons } = condition;
  const failed = state === 'CONDITION_FAILED' && { severity: 'ERROR' };
  return { type, state, message, lastTransitionTime: timestamp(at), ...reasons, ...failed };
}

export function jobMessage(job: Job, latest: Execution | undefined): Message {
  return {
    name: job.name,
    uid: job.uid,
    generation: String(job.generation),
    observedGeneration: String(job.generation),
    createTime: timestamp(job.createdAt),
    updateTime: timestamp(job.createdAt),
    creator: owner,
    launchStage: 'GA',
    template: { taskCount: 1, template: { containers: [{ image: job.image }], maxRetries: 0 } },
    terminalCondition: conditionMessage('Ready', {
      state: 'CONDITION_SUCCEEDED',
      message: '',
      at: job.createdAt,
    }),
    executionCount: job.executionsCreated,
    ...(latest !== undefined && { latestCreatedExecution: executionReference(latest) }),
    etag: etag({ uid: job.uid, resourceVersion: job.generation }),
  };
}

function executionReference(execution: Execution): Message {
  const completed = execution.completedAt !== null && { completionTime: timestamp(execution.completedAt) };
  return {
    name: shortName(execution.name),
    createTime: timestamp(execution.createdAt),
    completionStatus: completionStatus(execution),
    ...completed,
  };
}

function completionStatus(execution: Execution): string {
  if (execution.completedAt === null) return 'EXECUTION_RUNNING';
  if (execution.completed.state === 'CONDITION_SUCCEEDED') return 'EXECUTION_SUCCEEDED';
  return execution.completed.executionReason === 'CANCELLED' ? 'EXECUTION_CANCELLED' : 'EXECUTION_FAILED';
}

export function executionMessage(execution: Execution): Message {
  const status = completionStatus(execution);
  const count = (wanted: string) => (status === wanted ? execution.taskCount : 0);
  return {
    name: execution.name,
    uid: execution.uid,
    generation: '1',
    observedGeneration: '1',
    creator: owner,
    launchStage: 'GA',
    job: shortName(execution.job),
    createTime: timestamp(execution.createdAt),
    startTime: timestamp(execution.createdAt),
    ...(execution.completedAt !== null && { completionTime: timestamp(execution.completedAt) }),
    parallelism: 1,
    taskCount: execution.taskCount,
    template: { containers: [{ image: execution.image, args: execution.args, env: execution.env }] },
    reconciling: execution.completedAt === null,
    conditions: [conditionMessage('Completed', execution.completed)],
    runningCount: count('EXECUTION_RUNNING'),
    succeededCount: count('EXECUTION_SUCCEEDED'),
    failedCount: count('EXECUTION_FAILED'),
    cancelledCount: count('EXECUTION_CANCELLED'),
    logUri: `https://console.cloud.google.com/logs/viewer?resource=cloud_run_job/execution_name/${shortName(execution.name)}`,
    etag: etag({ uid: execution.uid, resourceVersion: execution.completedAt ?? execution.createdAt }),
  };
}

export function operationMessage(operation: Operation, metadata: Message | undefined): Message {
  return {
    name: operation.name,
    done: operation.done,
    ...(metadata !== undefined && { metadata }),
    ...(operation.error !== undefined && { error: operation.error }),
    ...(operation.response !== undefined && { response: operation.response }),
  };
}
