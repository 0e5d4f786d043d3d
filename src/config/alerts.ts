import { z } from 'zod';
import { alertSourceConfig } from '../../integrations/alerts/config.ts';
import { duration } from './duration.ts';

const labelNames = z.array(z.string().min(1).max(256)).max(50);
const roleNames = z.array(z.string().min(1)).default([]);
const channel = z.string().min(1);
/** Becomes a part of an address, and of the name of a variable. */
const sourceName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,40}$/, 'lower-case letters, digits and dashes')
  .refine((name) => name !== 'github', 'another name: github is GitHub’s own webhook');

const route = z.strictObject({
  match: z
    .record(z.string().min(1), z.union([z.string(), z.array(z.string()).min(1)]))
    .describe('Labels that an alert must have, with one of these values.'),
  channel: channel.describe('Where alerts go that match; the first route counts.'),
});

/** `alerts:`: where alerts come from, where they go, and who may do what about them. */
export const alertsConfig = z
  .strictObject({
    sources: z.record(sourceName, alertSourceConfig).describe('By name: NAME is told at /webhooks/NAME.'),
    channel: channel
      .optional()
      .describe('Where alerts go that no route matches; else slack.incidentChannel.'),
    routes: z.array(route).max(200).default([]).describe('Where alerts go; the first that matches counts.'),
    labels: labelNames.default([]).describe('Labels that are shown; empty for all that tell alerts apart.'),
    service: labelNames
      .default(['service', 'app'])
      .describe('Labels that name a service, first found counts.'),
    environment: labelNames.default(['environment', 'env']).describe('Labels that name an environment.'),
    severity: labelNames.default(['severity', 'priority']).describe('Labels that say how bad it is.'),
    critical: z
      .array(z.string())
      .default(['critical', 'page', 'error', 'emergency', 'p1'])
      .describe('Values of the severity that are critical.'),
    info: z
      .array(z.string())
      .default(['info', 'none', 'notice', 'p4', 'p5'])
      .describe('Values of the severity that are only worth knowing; all others are warnings.'),
    remind: duration.prefault('30m').describe('Remind after this long, while it still fires.'),
    storm: z.int().min(2).max(1_000).default(20).describe('More new groups a minute than this is a storm.'),
    deploys: duration
      .prefault('30m')
      .describe('Operations that began this long before an alert stand in it.'),
    allow: z
      .strictObject({
        acknowledge: roleNames.describe('Roles that may acknowledge.'),
        silence: roleNames.describe('Roles that may silence.'),
      })
      .prefault({})
      .describe('Which roles may acknowledge and silence. What is not listed is not allowed.'),
  })
  .describe('Alerts in incident channels.');

export type AlertsConfig = z.output<typeof alertsConfig>;
