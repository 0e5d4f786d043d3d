import { z } from 'zod';

const name = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'lower-case letters, digits, dots and dashes');

const addresses = {
  canaryUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where the canary alone answers, for probes.'),
  stableUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where the workload alone answers, to compare the canary with.'),
};

const common = {
  labels: z
    .record(z.string().min(1), z.string())
    .default({ track: 'canary' })
    .describe('Labels of the canary’s pods, beside and instead of those of the workload.'),
  ...addresses,
};

const destination = z
  .strictObject({
    host: z.string().min(1).describe('The host of the destination.'),
    subset: name.optional().describe('Its subset, from the DestinationRule.'),
  })
  .describe('A destination as the VirtualService names it.');

/** `traffic:` of a target of `kind: kubernetes`: how a canary gets its share. */
export const trafficConfig = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('replicas'), ...common }).describe('By the number of its pods.'),
    z
      .strictObject({
        kind: z.literal('istio'),
        virtualService: name.describe('Every HTTP route in it that leads to `stable` is split.'),
        stable: destination,
        canary: destination,
        ...common,
      })
      .describe('By the weights of an Istio VirtualService.'),
    z
      .strictObject({
        kind: z.literal('gateway-api'),
        httpRoute: name.describe('Every rule in it that leads to `stable` is split.'),
        stable: name.describe('The Service of the workload.'),
        canary: name.describe('The Service of the canary.'),
        ...common,
      })
      .describe('By the weights of a Gateway API HTTPRoute.'),
    z
      .strictObject({ kind: z.literal('argo-rollouts'), ...addresses })
      .describe('By the Rollout itself: Slipway gives it its steps.'),
  ])
  .describe('How canaries get their share of the traffic.');

export type TrafficConfig = z.output<typeof trafficConfig>;

/** The kinds whose canary is a Deployment of its own, NAME-canary. */
export type BesideConfig = Exclude<TrafficConfig, { readonly kind: 'argo-rollouts' }>;
