import { z } from 'zod';
import { hostName } from '../host.ts';

const absolutePath = z.string().regex(/^\/[^\0\n]*$/, 'an absolute path');

/** One entry of `hosts:`. */
export const hostConfig = z
  .strictObject({
    address: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}$/, 'a host name or an IP address')
      .describe('Host name or IP address.'),
    port: z.int().min(1).max(65_535).default(22).describe('The port of its SSH server.'),
    user: z
      .string()
      .regex(/^[a-z_][a-z0-9_.-]{0,31}$/i, 'a user name')
      .describe('The account that Slipway logs in to, by key only.'),
    keyFile: absolutePath.describe(
      'The private key on the bot’s machine, in OpenSSH form, without passphrase.',
    ),
    fingerprints: z
      .array(
        z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, 'a fingerprint as ssh-keygen -l shows it: SHA256:…'),
      )
      .min(1)
      .optional()
      .describe('SHA-256 fingerprints of the host’s keys; any other is refused.'),
    knownHostsFile: absolutePath
      .optional()
      .describe('A known_hosts file on the bot’s machine that has the host’s keys.'),
    jump: hostName.optional().describe('The host through which this one is reached.'),
    environment: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable'),
        z.string().regex(/^[^\0]*$/),
      )
      .default({})
      .describe('Variables for every command there, such as DOCKER_HOST. Nothing else from a login is used.'),
    workDirectory: absolutePath
      .optional()
      .describe('Where runs keep their records; .slipway in the home directory when absent.'),
  })
  .refine(({ fingerprints, knownHostsFile }) => fingerprints !== undefined || knownHostsFile !== undefined, {
    path: ['fingerprints'],
    error: 'fingerprints of the host’s keys, or a knownHostsFile that has them',
  })
  .describe('A machine that is reached by SSH.');

/** `hosts:` of the config, by name. */
export const hostsConfig = z
  .record(hostName, hostConfig)
  .default({})
  .describe('Machines that are reached by SSH, by the name that targets and backups use.');

export type HostConfig = z.output<typeof hostConfig>;
export type HostsConfig = z.output<typeof hostsConfig>;
