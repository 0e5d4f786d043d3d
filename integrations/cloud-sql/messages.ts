import { z } from 'zod';

/** What Slipway reads of the Cloud SQL Admin API (https://docs.cloud.google.com/sql/docs/postgres/admin-api/rest/v1). */

const failure = z.object({ message: z.string().default('') });

export const backupRun = z.object({
  /** An int64, which JSON carries as text. */
  id: z.coerce.string(),
  status: z.string(),
  type: z.string().default(''),
  description: z.string().default(''),
  enqueuedTime: z.string().optional(),
  startTime: z.string().optional(),
  endTime: z.string().optional(),
  location: z.string().default(''),
  maxChargeableBytes: z.coerce.number().optional(),
  error: failure.optional(),
});
export type BackupRun = z.output<typeof backupRun>;

export const operation = z.object({
  name: z.string(),
  status: z.string(),
  operationType: z.string().default(''),
  insertTime: z.string().default(''),
  error: z.object({ errors: z.array(failure).default([]) }).optional(),
});
export type SqlOperation = z.output<typeof operation>;

export const instance = z.object({
  name: z.string(),
  state: z.string().default(''),
  databaseVersion: z.string().default(''),
  region: z.string().default(''),
  settings: z
    .object({
      tier: z.string().default(''),
      edition: z.string().optional(),
      dataDiskSizeGb: z.coerce.string().optional(),
      dataDiskType: z.string().optional(),
      ipConfiguration: z
        .object({ ipv4Enabled: z.boolean().optional(), privateNetwork: z.string().optional() })
        .optional(),
    })
    .prefault({}),
});
export type Instance = z.output<typeof instance>;

export const runPage = z.object({
  items: z.array(backupRun).default([]),
  nextPageToken: z.string().optional(),
});
export const operationPage = z.object({ items: z.array(operation).default([]) });
export const databases = z.object({ items: z.array(z.object({ name: z.string() })).default([]) });

/** `error` of an answer that is not 2xx. */
export const refusal = z.object({
  error: z.object({
    message: z.string().default(''),
    errors: z.array(z.object({ reason: z.string().default('') })).default([]),
  }),
});
