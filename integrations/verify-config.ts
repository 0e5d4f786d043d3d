import { z } from 'zod';
import { duration } from '../src/config/duration.ts';
import type { CommandCheck, HttpCheck } from './checks.ts';
import { httpCheckConfig } from './http/config.ts';

/** Every program that is run by its words: none of them is read by a shell. */
export const words = z
  .tuple([z.string().regex(/^[^\0=]+$/, 'a program')], z.string().regex(/^[^\0]*$/))
  .describe('A program and its arguments, word by word; no shell reads them.');

const { http, ...rest } = httpCheckConfig.shape;

/** One entry of `verify:`: a request, or a command. */
export const checkConfig = z
  .strictObject({
    http: http.optional(),
    command: words.optional().describe('A command that must end with status 0, as a list of words.'),
    service: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]*$/, 'a service of the compose file')
      .optional()
      .describe('Run the command in a container of this service; on the host when absent.'),
    ...rest,
    timeout: duration.prefault('10s').describe('Time limit of one attempt, or of the command.'),
  })
  .refine((check) => (check.http === undefined) !== (check.command === undefined), {
    path: ['http'],
    error: 'either `http` or `command`',
  })
  .transform(({ http: url, command, service, ...more }): HttpCheck | CommandCheck => {
    if (command === undefined) return { http: url ?? '/', ...more };
    return { command, service, contains: more.contains, timeout: more.timeout };
  })
  .describe('A request that must be answered as expected, or a command that must end well.');
