import type { protos } from '@google-cloud/run';
import { credentials } from '@grpc/grpc-js';
import { GoogleAuth, PassThroughClient } from 'google-auth-library';
import { classify } from './errors.ts';

export type Service = protos.google.cloud.run.v2.IService;
export type Revision = protos.google.cloud.run.v2.IRevision;
export type RevisionTemplate = protos.google.cloud.run.v2.IRevisionTemplate;
export type Job = protos.google.cloud.run.v2.IJob;
export type Execution = protos.google.cloud.run.v2.IExecution;
export type Condition = protos.google.cloud.run.v2.ICondition;
export type Container = protos.google.cloud.run.v2.IContainer;
export type Overrides = protos.google.cloud.run.v2.RunJobRequest.IOverrides;

/** How a long-running operation stands. */
export type OperationState =
  | { readonly done: false }
  | { readonly done: true; readonly error: string | null };

/**
 * The calls of the Cloud Run Admin API (v2) that Slipway makes, by full resource names. They do not
 * retry: whoever calls knows what is safe to repeat. Failures are TargetErrors; an aborted signal
 * rejects with its own reason.
 */
export interface CloudRunApi {
  getService(name: string, signal?: AbortSignal): Promise<Service>;
  /** Changes the fields named in `mask` if the service's etag still holds. Returns the operation's name. */
  updateService(service: Service, mask: readonly string[], signal: AbortSignal): Promise<string>;
  /** Null when there is no such revision. */
  findRevision(name: string, signal?: AbortSignal): Promise<Revision | null>;
  /** The newest ones of a service, at most a hundred. */
  listRevisions(service: string, signal?: AbortSignal): Promise<readonly Revision[]>;
  /** Null when the operation is no longer remembered. */
  findOperation(name: string, signal: AbortSignal): Promise<OperationState | null>;
  getJob(name: string, signal?: AbortSignal): Promise<Job>;
  updateJob(job: Job, signal: AbortSignal): Promise<string>;
  /** Starts an execution if the job's etag still holds. */
  runJob(request: { name: string; etag: string; overrides: Overrides }, signal: AbortSignal): Promise<void>;
  /** The newest ones of a job, at most a hundred. */
  listExecutions(job: string, signal: AbortSignal): Promise<readonly Execution[]>;
  /** Which of the permissions we hold on a service or job. */
  heldPermissions(
    kind: 'service' | 'job',
    name: string,
    wanted: readonly string[],
  ): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface CloudRunConnection {
  /** `host:port`; Google's own when absent. */
  readonly endpoint?: string | undefined;
  /** Without TLS and without credentials. */
  readonly plaintext: boolean;
}

/** Milliseconds for one call. */
const CALL_LIMIT = 20_000;
const PAGE = 100;

/** Connects on the first call, so that a bot which starts does not wait for it. */
export function connectCloudRun(connection: CloudRunConnection): CloudRunApi {
  const clients = new Clients(connection);
  return { ...serviceCalls(clients), ...jobCalls(clients), close: () => clients.close() };
}

function serviceCalls(clients: Clients) {
  const api: Pick<
    CloudRunApi,
    'getService' | 'updateService' | 'findRevision' | 'listRevisions' | 'findOperation' | 'heldPermissions'
  > = {
    async getService(name, signal) {
      const client = await clients.services();
      return call(`the service ${place(name)}`, signal, async (options) => {
        const [service] = await client.getService({ name }, options);
        return service;
      });
    },
    async updateService(service, mask, signal) {
      const client = await clients.services();
      return call(`the service ${place(service.name ?? '')}`, signal, async (options) => {
        const [operation] = await client.updateService(
          { service, updateMask: { paths: [...mask] } },
          options,
        );
        return operation.name ?? '';
      });
    },
    async findRevision(name, signal) {
      const client = await clients.revisions();
      return found(
        call(`the revision ${place(name)}`, signal, async (options) => {
          const [revision] = await client.getRevision({ name }, options);
          return revision;
        }),
      );
    },
    async listRevisions(parent, signal) {
      const client = await clients.revisions();
      return call(`the revisions of ${place(parent)}`, signal, async (options) => {
        const [revisions] = await client.listRevisions(
          { parent, pageSize: PAGE },
          { ...options, autoPaginate: false },
        );
        return revisions;
      });
    },
    async findOperation(name, signal) {
      const client = await clients.services();
      return found(
        call(`the operation ${place(name)}`, signal, async (options) => {
          // The typings ask for the message's class; an object of its shape is what is sent.
          const request = { name, toJSON: () => ({ name }) };
          const [{ done, error }] = await client.operationsClient.getOperation(request, options);
          return done ? { done, error: error?.message ?? null } : { done: false };
        }),
      );
    },
    async heldPermissions(kind, resource, wanted) {
      const client = kind === 'service' ? await clients.services() : await clients.jobs();
      return call(`the ${kind} ${place(resource)}`, undefined, async (options) => {
        const [answer] = await client.testIamPermissions({ resource, permissions: [...wanted] }, options);
        return answer.permissions ?? [];
      });
    },
  };
  return api;
}

function jobCalls(clients: Clients) {
  const api: Pick<CloudRunApi, 'getJob' | 'updateJob' | 'runJob' | 'listExecutions'> = {
    async getJob(name, signal) {
      const client = await clients.jobs();
      return call(`the job ${place(name)}`, signal, async (options) => {
        const [job] = await client.getJob({ name }, options);
        return job;
      });
    },
    async updateJob(job, signal) {
      const client = await clients.jobs();
      return call(`the job ${place(job.name ?? '')}`, signal, async (options) => {
        const [operation] = await client.updateJob({ job }, options);
        return operation.name ?? '';
      });
    },
    async runJob(request, signal) {
      const client = await clients.jobs();
      await call(`the job ${place(request.name)}`, signal, (options) => client.runJob(request, options));
    },
    async listExecutions(parent, signal) {
      const client = await clients.executions();
      return call(`the executions of ${place(parent)}`, signal, async (options) => {
        const [executions] = await client.listExecutions(
          { parent, pageSize: PAGE },
          { ...options, autoPaginate: false },
        );
        return executions;
      });
    },
  };
  return api;
}

type CallOptions = { timeout: number; retry: null; signal?: AbortSignal };

async function call<T>(
  subject: string,
  signal: AbortSignal | undefined,
  send: (options: CallOptions) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await send({ timeout: CALL_LIMIT, retry: null, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw classify(error, subject);
  }
}

async function found<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (classify(error, '').problem === 'not-found') return null;
    throw error;
  }
}

/** “api in asia-east1 (project kingjam)” of a full resource name. */
function place(name: string): string {
  const [, project, , region, , , ...rest] = name.split('/');
  if (project === undefined || region === undefined) return name;
  const own = rest.length > 0 ? rest.at(-1) : name.split('/')[5];
  return `${own} in ${region} (project ${project})`;
}

/** The official clients, each made when it is first needed: loading the library costs a fifth of a second. */
class Clients {
  readonly #connection: CloudRunConnection;
  readonly #close: (() => Promise<void>)[] = [];

  readonly services = once(async () => this.#keep(new (await library()).ServicesClient(this.#options())));
  readonly revisions = once(async () => this.#keep(new (await library()).RevisionsClient(this.#options())));
  readonly jobs = once(async () => this.#keep(new (await library()).JobsClient(this.#options())));
  readonly executions = once(async () => this.#keep(new (await library()).ExecutionsClient(this.#options())));

  constructor(connection: CloudRunConnection) {
    this.#connection = connection;
  }

  async close(): Promise<void> {
    await Promise.all(this.#close.splice(0).map((close) => close()));
  }

  #keep<C extends { close(): Promise<void> }>(client: C): C {
    this.#close.push(() => client.close());
    return client;
  }

  #options() {
    const { endpoint, plaintext } = this.#connection;
    const [host, port] = endpoint?.split(/:(?=\d+$)/) ?? [];
    return {
      ...(host === undefined ? {} : { apiEndpoint: host, port: Number(port) }),
      ...(plaintext
        ? {
            sslCreds: credentials.createInsecure(),
            auth: new GoogleAuth({ authClient: new PassThroughClient() }),
          }
        : {}),
    };
  }
}

const library = () => import('@google-cloud/run');

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
