import { z } from 'zod';

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
  .describe('A Cloud Run service.');

export type CloudRunTargetConfig = z.output<typeof cloudRunTargetConfig>;
