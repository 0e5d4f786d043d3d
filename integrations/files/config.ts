import { z } from 'zod';
import { duration } from '../../src/config/duration.ts';
import { hostName } from '../host.ts';
import { httpCheckConfig } from '../http/config.ts';
import { IGNORE_PATTERN } from './ignore.ts';

const absolutePath = z
  .string()
  .regex(/^(\/(?!\.\.?(\/|$))[^/\p{Cc}]+)+$/u, 'an absolute path without .. and without a slash at its end');

const pathInside = z
  .string()
  .regex(
    /^(?!\/)(?!(.*\/)?\.\.?(\/|$))[^\\\p{Cc}]*[^/\\\p{Cc}]$/u,
    'a path inside, such as app or src/app.py',
  );

const argv = z
  .tuple([z.string().min(1)], z.string().regex(/^[^\0]*$/))
  .describe('The program and its arguments; no shell reads them.');

const webAddress = z.string().regex(/^https?:\/\/\S+$/, 'an address');
const pattern = webAddress.regex(/\{version\}/, 'an address with {version} in it');

const archive = z
  .union([
    z.strictObject({
      github: z
        .string()
        .regex(/^[\w.-]+\/[\w.-]+$/, 'owner/name')
        .describe('The repository whose tags are versions.'),
      api: webAddress.default('https://api.github.com').describe('The address of GitHub’s API.'),
      root: pathInside
        .or(z.literal(''))
        .default('')
        .describe('The directory of the repository that is deployed.'),
    }),
    z.strictObject({
      url: pattern.describe('Where the archive of a version is: tar.gz or zip.'),
      checksum: pattern.describe('Where its SHA-256 is, as sha256sum prints it.'),
      versions: webAddress.optional().describe('A list of versions: one a line, or a JSON array.'),
      root: z
        .string()
        .default('')
        .describe('The directory of the archive that is deployed; {version} is filled in.'),
    }),
  ])
  .describe('Where releases come from.');

const guard = z
  .union([
    z.strictObject({
      file: pathInside.describe('A path, with * for any characters of a name.'),
      contains: z
        .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
        .optional()
        .describe('Texts that must be in it, each of them.'),
      parses: z.enum(['json', 'yaml']).optional().describe('What it must be.'),
    }),
    z.strictObject({
      run: argv,
      timeout: duration.prefault('1m').describe('How long it may take.'),
    }),
  ])
  .describe('What must be true of the new tree before anything is touched.');

/** `target:` of `kind: files`. */
export const filesTargetConfig = z
  .strictObject({
    kind: z.literal('files'),
    host: hostName,
    directory: absolutePath.describe('The live directory on the host.'),
    archive,
    ignore: z
      .array(z.string().min(1).regex(IGNORE_PATTERN, 'names with *, such as *.db, logs/ or /static/uploads'))
      .default([])
      .describe('Paths that are never compared, changed or deleted: data.'),
    deleted: z
      .enum(['keep', 'remove'])
      .default('keep')
      .describe('What becomes of files that the release does not have.'),
    guards: z
      .array(guard)
      .default([])
      .describe('What must be true of the new tree before anything is touched.'),
    backups: z
      .strictObject({
        directory: absolutePath.optional().describe('.slipway/backups in the live directory when absent.'),
        keep: z.int().min(1).max(100).default(5).describe('So many stay, the newest.'),
      })
      .prefault({})
      .describe('Where what changes is copied first, and how much of that is kept.'),
    restart: argv.describe('Run on the host, in the live directory, when the files are in place.'),
    url: webAddress.optional().describe('The address on which paths of checks are asked.'),
    health: httpCheckConfig
      .omit({ successes: true })
      .extend({
        tries: z.int().min(1).max(100).default(10).describe('So often it is asked.'),
        pause: duration.prefault('3s').describe('Between two tries.'),
      })
      .optional()
      .describe('The request that tells that it is up again.'),
  })
  .describe('A directory on a host, and the program that runs from it.');

export type FilesTargetConfig = z.output<typeof filesTargetConfig>;
export type GuardConfig = FilesTargetConfig['guards'][number];
