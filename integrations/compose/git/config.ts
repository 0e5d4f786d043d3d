import { z } from 'zod';
import { part, projectKeys } from '../config.ts';

/** `target:` of `kind: compose-git`. */
export const composeGitTargetConfig = z
  .strictObject({
    kind: z.literal('compose-git'),
    ...projectKeys,
    services: z
      .array(part)
      .min(1)
      .describe('Services of the compose file that must run what was checked out, the main one first.'),
    remote: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]*$/, 'the name of a remote')
      .default('origin')
      .describe('The remote of the work tree whose tags are the versions.'),
    keepImages: z
      .int()
      .min(2)
      .max(50)
      .default(3)
      .describe('Deployed commits whose images are kept; the present and the previous one always are.'),
  })
  .refine(({ services }) => new Set(services).size === services.length, {
    path: ['services'],
    error: 'each service once',
  })
  .describe('A Docker Compose project in a git work tree on a host: a version is a tag, and is checked out.');

export type ComposeGitTargetConfig = z.output<typeof composeGitTargetConfig>;
