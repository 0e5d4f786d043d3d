import { z } from 'zod';

/** What the demo cloud remembers, as it is written to the journal. Times are milliseconds since the epoch. */

export const trafficTargetSchema = z.object({
  type: z.enum(['TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION']),
  /** Short name of the revision (`api-00001-abc`); empty for the latest one. */
  revision: z.string().default(''),
  percent: z.int().default(0),
  tag: z.string().default(''),
});
export type TrafficTarget = z.infer<typeof trafficTargetSchema>;

/** A RevisionTemplate of the API. Fields that the demo cloud gives no meaning to are kept as they came. */
export const templateSchema = z.looseObject({
  revision: z.string().default(''),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
  containers: z.array(z.looseObject({ image: z.string().default('') })).default([]),
});
export type Template = z.infer<typeof templateSchema>;

/** What people set on a service beside its template and its traffic (labels, description, ingress, …). */
export const settingsSchema = z.looseObject({
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
  launchStage: z.string().default('GA'),
});

/** A Condition of the API, without its type and severity. */
export const conditionSchema = z.object({
  state: z.enum(['CONDITION_PENDING', 'CONDITION_RECONCILING', 'CONDITION_FAILED', 'CONDITION_SUCCEEDED']),
  message: z.string().default(''),
  reason: z.string().optional(),
  revisionReason: z.string().optional(),
  executionReason: z.string().optional(),
  at: z.number(),
});
export type Condition = z.infer<typeof conditionSchema>;

export const serviceSchema = z.object({
  /** `projects/demo/locations/local/services/api-production` */
  name: z.string(),
  uid: z.string(),
  generation: z.int(),
  observedGeneration: z.int(),
  /** Counts every change of this record; the etag is made of it. */
  resourceVersion: z.int(),
  settings: settingsSchema,
  template: templateSchema,
  /** What was asked for. */
  traffic: z.array(trafficTargetSchema),
  /** What is served: `traffic` as of the last reconciliation that succeeded. */
  served: z.array(trafficTargetSchema),
  /** Short names of revisions; empty when there is none. */
  latestCreated: z.string(),
  latestReady: z.string(),
  revisionsCreated: z.int(),
  ready: conditionSchema,
  configurationsReady: conditionSchema,
  routesReady: conditionSchema,
  reconciling: z.boolean(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Service = z.infer<typeof serviceSchema>;

export const revisionSchema = z.object({
  /** `projects/demo/locations/local/services/api-production/revisions/api-production-00001-abc` */
  name: z.string(),
  id: z.string(),
  /** Full name of its service. */
  service: z.string(),
  uid: z.string(),
  template: templateSchema,
  /** `127.0.0.1:5000/demo/api@sha256:…`, or what was asked for when there is no such image. */
  image: z.string(),
  /** Empty when there is no such image. */
  digest: z.string(),
  version: z.string(),
  ready: conditionSchema,
  /** Since when it has had production traffic without a break. */
  servingSince: z.number().nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Revision = z.infer<typeof revisionSchema>;

/** A long-running operation. It settles by itself when `settlesAt` has come, unless it is held. */
export const operationSchema = z.object({
  name: z.string(),
  kind: z.enum(['service', 'job', 'execution', 'cancellation', 'deletion']),
  /** Full name of the service or execution that it is about. */
  resource: z.string(),
  /** The service's generation that it brought about. */
  generation: z.int().default(0),
  /** Full name of the revision that it creates; empty when it creates none. */
  revision: z.string().default(''),
  createdAt: z.number(),
  settlesAt: z.number(),
  held: z.boolean(),
  done: z.boolean(),
  error: z.object({ code: z.int(), message: z.string() }).optional(),
  /** The resource as it was when the operation ended, as a message of the API with its `@type`. */
  response: z.record(z.string(), z.unknown()).optional(),
});
export type Operation = z.infer<typeof operationSchema>;

export const jobSchema = z.object({
  name: z.string(),
  uid: z.string(),
  generation: z.int(),
  image: z.string(),
  /** How long an execution takes. */
  runsForMs: z.number(),
  fails: z.boolean(),
  executionsCreated: z.int(),
  latestExecution: z.string(),
  createdAt: z.number(),
});
export type Job = z.infer<typeof jobSchema>;

export const executionSchema = z.object({
  name: z.string(),
  job: z.string(),
  uid: z.string(),
  image: z.string(),
  args: z.array(z.string()),
  env: z.array(z.looseObject({ name: z.string() })),
  taskCount: z.int(),
  completed: conditionSchema,
  createdAt: z.number(),
  completedAt: z.number().nullable(),
});
export type Execution = z.infer<typeof executionSchema>;

/** One mutating call of the Admin API, whatever became of it. */
export const callSchema = z.object({
  id: z.int(),
  at: z.string(),
  method: z.string(),
  resource: z.string(),
  /** `changed`: the cloud is another one now; `no-op`: it was so already; `refused`: nothing was done. */
  effect: z.enum(['changed', 'no-op', 'refused']),
  /** `lost`: it was done, and the caller never got the answer. */
  reply: z.enum(['sent', 'lost']),
  /** Names of what changed: `template`, `traffic`, `labels`, … */
  changed: z.array(z.string()),
  trafficBefore: z.array(trafficTargetSchema).optional(),
  trafficAfter: z.array(trafficTargetSchema).optional(),
  /** Short name of the revision that was created. */
  revision: z.string().optional(),
  operation: z.string().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
export type Call = z.infer<typeof callSchema>;
