import { z } from 'zod';
import { duration } from '../../src/config/duration.ts';
import { checkDetails } from '../checks.ts';

/** One `http` entry of `verify:`. */
export const httpCheckConfig = z
  .strictObject({
    http: z
      .string()
      .regex(/^(https?:\/\/|\/)\S*$/, 'an address or a path starting with /')
      .describe('An absolute address, or a path on the deployed address.'),
    status: z.int().min(100).max(599).default(200).describe('The status that must come back.'),
    successes: z.int().min(1).max(100).default(1).describe('Answers in a row that must be right.'),
    timeout: duration.prefault('10s').describe('Time limit of one attempt.'),
    ...checkDetails,
  })
  .describe('A request that must be answered as expected.');
