import { z } from 'zod';
import { isLoopback } from '../loopback.ts';

const resourceName = z
  .string()
  .regex(
    /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'lower-case letters, digits and dashes, as Google Cloud names it',
  );

/** `target:` of `kind: cloud-run`. */
export const cloudRunTargetConfig = z
  .strictObject({
    kind: z.literal('cloud-run'),
    project: z.string().min(1).describe('Google Cloud project ID.'),
    region: z.string().min(1).describe('Region of the service, such as asia-east1.'),
    service: resourceName.describe('Name of the Cloud Run service.'),
    endpoint: z
      .string()
      .regex(/^[^/\s]+:\d+$/, 'host:port')
      .optional()
      .describe('Another address of the Cloud Run Admin API (host:port), such as a private endpoint.'),
    plaintext: z
      .boolean()
      .default(false)
      .describe(
        'Speak to `endpoint` without TLS and without Google credentials. Only for a loopback endpoint.',
      ),
  })
  .refine(({ plaintext, endpoint }) => !plaintext || (endpoint !== undefined && isLoopback(endpoint)), {
    path: ['plaintext'],
    error: 'only for an endpoint on this machine, such as 127.0.0.1:8443',
  })
  .describe('A Cloud Run service.');

export type CloudRunTargetConfig = z.output<typeof cloudRunTargetConfig>;
