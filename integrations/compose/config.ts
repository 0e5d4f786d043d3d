import { z } from 'zod';
import { duration } from '../../src/config/duration.ts';
import { hostName } from '../host.ts';

export const absolutePath = z.string().regex(/^\/[^\0\n]*$/, 'an absolute path');
const relativePath = z
  .string()
  .regex(/^(?!-)[^\0\n]+$/, 'a path, from `directory` or absolute')
  .refine((path) => !path.split('/').includes('..'), 'a path without “..”');

/** What compose calls a service. */
export const part = z.string().regex(/^[A-Za-z0-9][\w.-]*$/, 'a service of the compose file');
const variable = z.string().regex(/^[A-Za-z_]\w*$/, 'the name of a variable');

const image = z
  .string()
  .regex(
    /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/,
    'a repository without tag, such as registry.example/team/api',
  );

/** Where a project is and how it is seen, wherever its versions come from. */
export const projectKeys = {
  host: hostName,
  directory: absolutePath.describe('The directory of the project on the host.'),
  files: z
    .array(relativePath)
    .min(1)
    .optional()
    .describe('Compose files, from the directory. Absent: those that compose finds by itself.'),
  project: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*$/, 'lower-case letters, digits, dashes and underscores')
    .optional()
    .describe('The project’s name. Absent: what compose makes of the directory’s name.'),
  envFile: relativePath.default('.env').describe('The environment file of the project, from the directory.'),
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where the project answers, as seen from the host; checks of a path are made there.'),
  ready: duration.prefault('5m').describe('How long containers may take until all run and are healthy.'),
};

const projectConfig = z.object(projectKeys);
export type ProjectConfig = z.output<typeof projectConfig>;

/** `target:` of `kind: compose`. */
export const composeTargetConfig = z
  .strictObject({
    kind: z.literal('compose'),
    ...projectKeys,
    images: z
      .record(part, image)
      .refine((images) => Object.keys(images).length > 0, 'at least one service')
      .describe(
        'What is deployed: services of the project with the image repository of each, the main one first.',
      ),
    variable: variable
      .default('IMAGE_TAG')
      .describe('The variable from which the compose file takes the version.'),
    variables: z
      .record(part, variable)
      .default({})
      .describe('Services that take it from a variable of their own.'),
    envFile: relativePath.default('.env').describe('The file, from the directory, that sets the variable.'),
    keepImages: z
      .int()
      .min(2)
      .max(50)
      .default(3)
      .describe('Deployed versions whose images are kept; the present and the previous one always are.'),
  })
  .refine(({ images, variables }) => Object.keys(variables).every((name) => Object.hasOwn(images, name)), {
    path: ['variables'],
    error: 'services that `images` has',
  })
  .describe('A Docker Compose project on a host.');

export type ComposeTargetConfig = z.output<typeof composeTargetConfig>;
