import { z } from 'zod';
import { duration } from '../../../src/config/duration.ts';
import { checkDetails } from '../../checks.ts';

const name = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and dashes, as in Kubernetes');

const health = z
  .strictObject({
    path: z
      .string()
      .regex(/^\/\S*$/, 'a path starting with /')
      .describe('What is asked.'),
    port: z.int().min(1).max(65_535).describe('The port of the container that answers it.'),
    status: z.int().min(100).max(599).default(200).describe('The status that must come back.'),
    times: z.int().min(1).max(100).default(5).describe('Rounds in a row in which every pod must be right.'),
    every: duration.prefault('5s').describe('Time between two rounds.'),
    timeout: duration.prefault('10s').describe('Time limit of one request.'),
    contains: checkDetails.contains,
    minLength: checkDetails.minLength,
    json: checkDetails.json,
  })
  .describe('What every pod of the new colour is asked, through the API server, before it takes traffic.');

/** `blueGreen:` of a target of `kind: kubernetes`. */
export const blueGreenConfig = z
  .strictObject({
    service: name.describe('The Service whose selector is switched.'),
    label: z
      .string()
      .min(1)
      .default('version')
      .describe('The label that tells the colours apart, in its selector.'),
    colours: z
      .tuple([name, name])
      .refine(([one, other]) => one !== other, 'two different names')
      .default(['blue', 'green'])
      .describe('Values of the label; the Deployments are called NAME-COLOUR.'),
    health: health.optional(),
    drain: duration
      .prefault('60s')
      .describe('How long the old colour keeps its pods after the switch, for what is under way.'),
  })
  .describe('Two Deployments, NAME-blue and NAME-green, and a Service that selects one of them.');

export type BlueGreenConfig = z.output<typeof blueGreenConfig>;
