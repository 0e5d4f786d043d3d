import { z } from 'zod';

const api = z
  .array(z.url({ protocol: /^https?$/ }))
  .min(1)
  .max(10)
  .describe('Addresses of the Alertmanager API, all members of one cluster: silences are made there.');

/** Grafana tells nobody of what ends while it is silenced, and its API does not say since when it knows what fires. */
const noApi = z
  .never({
    error:
      'nothing: silences of Grafana are made in Grafana, for it tells nobody of an alert that ends while it is silenced, which would stay open here for ever',
  })
  .optional();

const signature = z
  .strictObject({
    header: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/, 'the name of an HTTP header')
      .default('X-Signature-256')
      .describe('The name of the header.'),
    prefix: z.string().max(20).default('sha256=').describe('What stands before the hexadecimal digits.'),
  })
  .prefault({})
  .describe('The header that holds the HMAC-SHA256 of the body.');

const labels = z
  .record(z.string().min(1).max(256), z.string().max(4_096))
  .default({})
  .describe('Labels of all its alerts, since it sends none: service, environment, severity.');

/** Where alerts come from: `POST /webhooks/NAME`, with the secret of `WEBHOOK_SECRET_NAME`. */
export const alertSourceConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('alertmanager'), api: api.optional() }),
  z.strictObject({ kind: z.literal('grafana'), api: noApi }),
  z.strictObject({ kind: z.literal('google-monitoring') }),
  z.strictObject({ kind: z.literal('signed'), signature }),
  z.strictObject({ kind: z.literal('sagaforge'), signature, labels }),
]);

export type AlertSourceConfig = z.output<typeof alertSourceConfig>;
export type SignatureConfig = z.output<typeof signature>;
