import { z } from 'zod';
import { isLoopback } from '../loopback.ts';

/** `provider:` of `kind: cloud-sql`. */
export const cloudSqlBackupConfig = z
  .strictObject({
    kind: z.literal('cloud-sql'),
    project: z.string().min(1).describe('Google Cloud project ID.'),
    instance: z
      .string()
      .regex(
        /^[a-z]([-a-z0-9]{0,96}[a-z0-9])?$/,
        'lower-case letters, digits and dashes, as Cloud SQL names it',
      )
      .describe('Name of the Cloud SQL instance.'),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .default('https://sqladmin.googleapis.com')
      .describe('Another address of the Cloud SQL Admin API.'),
  })
  .refine(({ endpoint }) => endpoint.startsWith('https:') || isLoopback(new URL(endpoint).host), {
    path: ['endpoint'],
    error: 'https, or an address on this machine',
  })
  .describe('On-demand backups of a Cloud SQL instance, by the Admin API.');

export type CloudSqlBackupConfig = z.output<typeof cloudSqlBackupConfig>;
