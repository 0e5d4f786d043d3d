import { z } from 'zod';
import type { JsonObject } from '../../src/domain/json.ts';

/** What Slipway reads of Velero's objects (velero.io/v1) and of those that are backed up, and nothing more. */

const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((map) => map ?? {});
const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
const words = z
  .array(z.string())
  .nullish()
  .transform((list): readonly string[] => list ?? []);
const time = z
  .string()
  .nullish()
  .transform((text) => text ?? null);
const json: z.ZodType<JsonObject> = z.record(z.string(), z.json());

const metadata = z.object({
  name: z.string(),
  uid: z.string(),
  generation: count,
  creationTimestamp: z.string().default(''),
  labels: texts,
  annotations: texts,
});

const outcome = {
  /** Absent until Velero has seen it. */
  phase: z.string().default(''),
  validationErrors: words,
  failureReason: z.string().default(''),
  errors: count,
  warnings: count,
  startTimestamp: time,
  completionTimestamp: time,
};

export const backup = z.object({
  metadata,
  spec: z.object({
    includedNamespaces: words,
    excludedNamespaces: words,
    includedResources: words,
    labelSelector: z.unknown().optional(),
    orLabelSelectors: z.unknown().optional(),
    storageLocation: z.string().default(''),
  }),
  status: z
    .object({
      ...outcome,
      expiration: time,
      progress: z.object({ totalItems: count, itemsBackedUp: count }).nullish(),
    })
    .prefault({}),
});
export type VeleroBackup = z.output<typeof backup>;

export const restore = z.object({
  metadata,
  status: z
    .object({ ...outcome, progress: z.object({ totalItems: count, itemsRestored: count }).nullish() })
    .prefault({}),
});
export type VeleroRestore = z.output<typeof restore>;

export const deletion = z.object({
  metadata,
  status: z.object({ phase: z.string().default(''), errors: words }).prefault({}),
});

export const location = z.object({
  metadata,
  spec: z.object({ default: z.boolean().default(false), accessMode: z.string().default('') }),
  status: z.object({ phase: z.string().default(''), message: z.string().default('') }).prefault({}),
});
export type StorageLocation = z.output<typeof location>;

/** Something that is compared after a verification: its content is data, or a spec. */
export const kept = z.object({
  metadata,
  data: texts,
  binaryData: texts,
  spec: json.optional(),
});
export type Kept = z.output<typeof kept>;

export const quota = z.object({ status: z.object({ hard: texts }).prefault({}) });

export const service = z.object({ spec: z.object({ selector: texts }) });

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
});
const conditions = z
  .array(condition)
  .nullish()
  .transform((list) => list ?? []);

/** A Deployment, StatefulSet or DaemonSet, as far as its pods are waited for. */
export const workload = z.object({
  metadata,
  spec: z.object({ replicas: z.number().nullish(), paused: z.boolean().default(false) }),
  status: z
    .object({
      observedGeneration: count,
      replicas: count,
      readyReplicas: count,
      updatedReplicas: count,
      currentRevision: z.string().default(''),
      updateRevision: z.string().default(''),
      desiredNumberScheduled: count,
      updatedNumberScheduled: count,
      numberReady: count,
      conditions,
    })
    .prefault({}),
});
export type Workload = z.output<typeof workload>;

export const pod = z.object({
  metadata,
  status: z
    .object({
      phase: z.string().default(''),
      conditions,
      containerStatuses: z
        .array(
          z.object({
            state: z.object({ waiting: z.object({ reason: z.string().default('') }).nullish() }).prefault({}),
          }),
        )
        .nullish()
        .transform((list) => list ?? []),
    })
    .prefault({}),
});
export type Pod = z.output<typeof pod>;
