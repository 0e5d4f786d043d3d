import { z } from 'zod';

const HOST = /^[a-z0-9.-]+(:\d+)?$/;

const account = z.strictObject({
  username: z
    .string()
    .regex(/^[^\s:]+$/, 'an account')
    .describe('Who signs in; GitHub takes any name with a token.'),
  passwordFile: z
    .string()
    .regex(/^\/[^\0\n]*$/, 'an absolute path')
    .optional()
    .describe(
      'The file with its password or token, read anew for each sign-in. Absent: REGISTRY_PASSWORD_NAME.',
    ),
  tokenService: z
    .string()
    .regex(HOST, 'a host')
    .optional()
    .describe(
      'The host that signs in for it, where that is under another domain; no other one is shown the password.',
    ),
});

/** `registries:`, accounts of private image registries by their hosts. */
export const registriesConfig = z
  .record(z.string().regex(HOST, 'the host of a registry, such as ghcr.io'), account)
  .default({})
  .describe(
    'Accounts of private image registries, by host. Google’s need none: there the bot shows its own identity.',
  );

export type RegistriesConfig = z.output<typeof registriesConfig>;
