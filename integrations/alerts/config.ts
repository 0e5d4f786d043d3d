import { z } from 'zod';

const api = z
  .array(z.url({ protocol: /^https?$/ }))
  .min(1)
  .max(10)
  .describe('Addresses of the Alertmanager API, all members of one cluster: silences are made there.');

/** Where alerts come from: `POST /webhooks/NAME`, with the secret of `WEBHOOK_SECRET_NAME`. */
export const alertSourceConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('alertmanager'), api: api.optional() }),
  z.strictObject({ kind: z.literal('grafana'), api: api.optional() }),
  z.strictObject({ kind: z.literal('google-monitoring') }),
  z.strictObject({ kind: z.literal('signed') }),
]);

export type AlertSourceConfig = z.output<typeof alertSourceConfig>;
