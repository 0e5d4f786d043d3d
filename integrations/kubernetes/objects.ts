import { z } from 'zod';
import type { JsonObject } from '../../src/domain/json.ts';

/**
 * What Slipway reads of the objects of the API (Kubernetes API reference v1.33), and nothing more. Absent lists,
 * maps and counters are empty: the API leaves them out.
 */

const json: z.ZodType<JsonObject> = z.record(z.string(), z.json());
const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((map) => map ?? {});
const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
/** A Rollout writes it as a text. */
const generation = z
  .union([z.number(), z.string()])
  .nullish()
  .transform((value) => Number(value ?? 0));
const listOf = <T>(entry: z.ZodType<T>) =>
  z
    .array(entry)
    .nullish()
    .transform((list): readonly T[] => list ?? []);

const owner = z.object({
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().nullish(),
});

const managedField = z.object({
  manager: z.string().default(''),
  operation: z.string().default('Update'),
  subresource: z.string().default(''),
  time: z.string().default(''),
  fieldsV1: json.optional(),
});
export type ManagedField = z.output<typeof managedField>;

export const metadata = z.object({
  name: z.string(),
  namespace: z.string().default(''),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: count,
  creationTimestamp: z
    .string()
    .nullish()
    .transform((time) => time ?? ''),
  deletionTimestamp: z
    .string()
    .nullish()
    .transform((time) => time ?? null),
  labels: texts,
  annotations: texts,
  ownerReferences: listOf(owner),
  managedFields: listOf(managedField),
});
export type Metadata = z.output<typeof metadata>;

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
  /** Only conditions of Deployments and Rollouts have it. */
  lastUpdateTime: z.string().default(''),
});
export type Condition = z.output<typeof condition>;

const labelSelector = z.object({
  matchLabels: texts,
  matchExpressions: listOf(z.object({ key: z.string(), operator: z.string(), values: listOf(z.string()) })),
});
export type LabelSelector = z.output<typeof labelSelector>;

const numberOrPercent = z.union([z.number(), z.string()]).nullish();

/** Of a Rollout: how it goes from one template to the next. */
const canaryStrategy = z.object({
  steps: z.array(json).nullish(),
  trafficRouting: json.nullish(),
  maxSurge: numberOrPercent,
  scaleDownDelaySeconds: z.number().nullish(),
  analysis: json.nullish(),
});

const strategy = z
  .object({
    type: z.string().optional(),
    rollingUpdate: z.object({ partition: count }).nullish(),
    canary: canaryStrategy.nullish(),
    blueGreen: z.object({ autoPromotionEnabled: z.boolean().nullish() }).nullish(),
  })
  .nullish();

const weight = z.object({ weight: count, podTemplateHash: z.string().default('') }).prefault({});

/** What only a Rollout’s status has (argoproj.io/v1alpha1, RolloutStatus). */
const rolloutStatus = {
  abort: z.boolean().default(false),
  promoteFull: z.boolean().default(false),
  message: z.string().default(''),
  pauseConditions: listOf(z.object({ reason: z.string() })),
  currentPodHash: z.string().default(''),
  stableRS: z.string().default(''),
  currentStepIndex: z.number().nullish(),
  canary: z.object({ weights: z.object({ canary: weight, stable: weight }).nullish() }).nullish(),
};

/** A Deployment, StatefulSet, DaemonSet or Rollout: what they have in common, and what one of them has alone. */
export const workload = z.object({
  metadata,
  spec: z.object({
    replicas: z.number().nullish(),
    paused: z.boolean().default(false),
    progressDeadlineSeconds: z.number().nullish(),
    selector: labelSelector,
    strategy,
    updateStrategy: strategy,
    /** A Rollout may take its template from a Deployment. */
    workloadRef: z.object({ kind: z.string().default(''), name: z.string().default('') }).nullish(),
    rollbackWindow: json.nullish(),
    template: json.default({}),
  }),
  status: z
    .object({
      observedGeneration: generation,
      replicas: count,
      readyReplicas: count,
      updatedReplicas: count,
      availableReplicas: count,
      currentRevision: z.string().default(''),
      updateRevision: z.string().default(''),
      desiredNumberScheduled: count,
      updatedNumberScheduled: count,
      numberAvailable: count,
      numberReady: count,
      conditions: listOf(condition),
      ...rolloutStatus,
    })
    .prefault({}),
});
export type Workload = z.output<typeof workload>;

export const replicaSet = z.object({
  metadata,
  spec: z.object({ replicas: count, template: json }),
  status: z.object({ replicas: count, readyReplicas: count }).prefault({}),
});
export type ReplicaSet = z.output<typeof replicaSet>;

export const controllerRevision = z.object({
  metadata,
  revision: z.number(),
  data: z.object({ spec: z.object({ template: json }) }),
});
export type ControllerRevision = z.output<typeof controllerRevision>;

const containerState = z
  .object({
    waiting: z.object({ reason: z.string().default(''), message: z.string().default('') }).nullish(),
    running: z.object({ startedAt: z.string().nullish() }).nullish(),
    terminated: z
      .object({
        exitCode: z.number().default(0),
        reason: z.string().default(''),
        message: z.string().default(''),
      })
      .nullish(),
  })
  .prefault({});

const containerStatus = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  restartCount: count,
  image: z.string().default(''),
  imageID: z.string().default(''),
  state: containerState,
  lastState: containerState,
});
export type ContainerStatus = z.output<typeof containerStatus>;

export const pod = z.object({
  metadata,
  status: z
    .object({
      phase: z.string().default(''),
      reason: z.string().default(''),
      message: z.string().default(''),
      conditions: listOf(condition),
      initContainerStatuses: listOf(containerStatus),
      containerStatuses: listOf(containerStatus),
    })
    .prefault({}),
});
export type Pod = z.output<typeof pod>;

/** What decides which pods a Service sends requests to. */
export const service = z.object({ metadata, spec: z.object({ selector: texts }) });
export type Service = z.output<typeof service>;

export const event = z.object({
  type: z.string().default(''),
  reason: z.string().default(''),
  message: z.string().default(''),
  count,
  firstTimestamp: z.string().nullish(),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  series: z.object({ count, lastObservedTime: z.string().nullish() }).nullish(),
  metadata: z.object({ creationTimestamp: z.string().nullish() }),
  involvedObject: z.object({ kind: z.string().default(''), name: z.string().default('') }),
});
export type Event = z.output<typeof event>;

const metricTarget = z.object({
  type: z.string(),
  averageUtilization: z.number().nullish(),
  averageValue: z.string().nullish(),
  value: z.string().nullish(),
});
const metricValue = z.object({
  averageUtilization: z.number().nullish(),
  averageValue: z.string().nullish(),
  value: z.string().nullish(),
});
const named = z.object({ name: z.string() });

export const autoscaler = z.object({
  metadata,
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    minReplicas: z.number().nullish(),
    maxReplicas: z.number(),
    metrics: listOf(
      z.object({
        type: z.string(),
        resource: z.object({ name: z.string(), target: metricTarget }).nullish(),
        containerResource: z.object({ name: z.string(), target: metricTarget }).nullish(),
        pods: z.object({ metric: named, target: metricTarget }).nullish(),
        object: z.object({ metric: named, target: metricTarget }).nullish(),
        external: z.object({ metric: named, target: metricTarget }).nullish(),
      }),
    ),
  }),
  status: z
    .object({
      currentReplicas: count,
      desiredReplicas: count,
      conditions: listOf(condition),
      currentMetrics: listOf(
        z.object({
          type: z.string(),
          resource: z.object({ name: z.string(), current: metricValue }).nullish(),
          containerResource: z.object({ name: z.string(), current: metricValue }).nullish(),
          pods: z.object({ metric: named, current: metricValue }).nullish(),
          object: z.object({ metric: named, current: metricValue }).nullish(),
          external: z.object({ metric: named, current: metricValue }).nullish(),
        }),
      ),
    })
    .prefault({}),
});
export type Autoscaler = z.output<typeof autoscaler>;

export const cronJob = z.object({
  metadata,
  spec: z.object({
    suspend: z.boolean().default(false),
    jobTemplate: z.object({
      metadata: z.object({ labels: texts, annotations: texts }).prefault({}),
      spec: json,
    }),
  }),
});
export type CronJob = z.output<typeof cronJob>;

export const job = z.object({
  metadata,
  status: z
    .object({ active: count, succeeded: count, failed: count, conditions: listOf(condition) })
    .prefault({}),
});
export type Job = z.output<typeof job>;
