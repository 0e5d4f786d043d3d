import { z } from 'zod';
import { duration } from '../../src/config/duration.ts';
import { checkDetails } from '../checks.ts';

const name = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and dashes, as in Kubernetes');

const health = z
  .strictObject({
    service: name.describe('The Service whose pods are asked.'),
    path: z
      .string()
      .regex(/^\/\S*$/, 'a path starting with /')
      .describe('What is asked.'),
    port: z.int().min(1).max(65_535).describe('The port of the container that answers it.'),
    status: z.int().min(100).max(599).default(200).describe('The status that must come back.'),
    successes: z.int().min(1).max(100).default(3).describe('Right answers in a row from every pod.'),
    timeout: duration.prefault('10s').describe('Time limit of one request.'),
    contains: checkDetails.contains,
    minLength: checkDetails.minLength,
    json: checkDetails.json,
  })
  .describe('What every pod is asked after a restore, through the API server, before traffic comes back.');

/** `provider:` of `kind: velero`. */
export const veleroBackupConfig = z
  .strictObject({
    kind: z.literal('velero'),
    namespace: name.describe('The namespace that is backed up.'),
    velero: name.default('velero').describe('The namespace that Velero runs in.'),
    kubeconfig: z
      .string()
      .min(1)
      .optional()
      .describe('Path of a kubeconfig file. Absent: the service account of the pod that Slipway runs in.'),
    context: z
      .string()
      .min(1)
      .optional()
      .describe('A context of the kubeconfig. Absent: its current context.'),
    storageLocation: name
      .optional()
      .describe('The BackupStorageLocation that keeps them; Velero’s default without it.'),
    ttl: duration.prefault('30d').describe('When Velero itself deletes a backup.'),
    scratch: name
      .optional()
      .describe('The namespace that verifications restore into; without it there are none.'),
    health: health.optional(),
  })
  .refine(({ context, kubeconfig }) => context === undefined || kubeconfig !== undefined, {
    path: ['context'],
    error: 'a context is one of a kubeconfig, and none is given',
  })
  .refine(({ namespace, velero }) => namespace !== velero, {
    path: ['namespace'],
    error: 'not the namespace that Velero runs in: Velero does not restore itself',
  })
  .refine(({ namespace, velero, scratch }) => scratch !== namespace && scratch !== velero, {
    path: ['scratch'],
    error: 'a namespace that nothing else uses: what is restored there is deleted',
  })
  .describe('Backups of a Kubernetes namespace, by Velero.');

export type VeleroBackupConfig = z.output<typeof veleroBackupConfig>;
