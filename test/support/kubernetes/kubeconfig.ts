import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** How to reach an API server as somebody. */
export interface Access {
  readonly server: string;
  /** PEM. */
  readonly authority: string | undefined;
  readonly token: string | undefined;
  /** PEM, both. */
  readonly certificate: { readonly cert: string; readonly key: string } | undefined;
}

/** Writes a kubeconfig with a token and returns the file's path. */
export function writeKubeconfig(options: {
  readonly file: string;
  readonly server: string;
  readonly authority: Buffer | string | undefined;
  readonly token: string;
  readonly namespace?: string;
}): string {
  const { file, server, authority, token, namespace = 'default' } = options;
  const data = authority && { 'certificate-authority-data': Buffer.from(authority).toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, ...data } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
  };
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
  return file;
}

const base64 = z.string().transform((text) => Buffer.from(text, 'base64').toString());

const schema = z.object({
  'current-context': z.string(),
  contexts: z.array(
    z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }),
  ),
  clusters: z.array(
    z.object({
      name: z.string(),
      cluster: z.object({ server: z.string(), 'certificate-authority-data': base64.optional() }),
    }),
  ),
  users: z.array(
    z.object({
      name: z.string(),
      user: z.object({
        token: z.string().optional(),
        'client-certificate-data': base64.optional(),
        'client-key-data': base64.optional(),
      }),
    }),
  ),
});

/** Reads the current context of a kubeconfig whose credentials stand in it (as kind's and k3d's do). */
export function readAccess(file: string): Access {
  const config = schema.parse(parse(readFileSync(file, 'utf8')));
  const context = config.contexts.find(({ name }) => name === config['current-context'])?.context;
  const cluster = config.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users.find(({ name }) => name === context?.user)?.user;
  if (cluster === undefined || user === undefined) throw new Error(`${file} has no current context`);
  const { 'client-certificate-data': cert, 'client-key-data': key } = user;
  return {
    server: cluster.server,
    authority: cluster['certificate-authority-data'],
    token: user.token,
    certificate: cert && key ? { cert, key } : undefined,
  };
}
