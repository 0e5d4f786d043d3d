import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { z } from 'zod';

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      dev: z.boolean().default(false),
    }),
  ),
});

interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** An npm registry on loopback. */
export interface LockedRegistry {
  /** For NPM_CONFIG_REGISTRY. */
  readonly url: string;
  /** Paths that were asked for and that it does not have. */
  unknown(): readonly string[];
  stop(): Promise<void>;
}

/**
 * Serves what a lock file names, and nothing else, from npm's cache on this machine. A build in a container can so
 * run `npm ci` wherever `npm ci` works here, and no account, proxy or certificate of this machine gets near an image.
 * What is not in the cache is fetched by npm first.
 */
export async function startLockedRegistry(lockFile: string): Promise<LockedRegistry> {
  const locked = lockedPackages(lockFile);
  const cache = npm('config', 'get', 'cache').trim();
  const missing: string[] = [];
  const server = createServer((request, response) => {
    const host = `http://${request.headers.host}`;
    const asked = decodeURIComponent(new URL(request.url ?? '/', host).pathname.slice(1));
    const [name = '', digest] = asked.split('/-/');
    const versions = locked.filter((one) => one.name === name);
    const found = versions.find(({ integrity }) => digest === `${hexOf(integrity)}.tgz`);
    if (digest === undefined && versions.length > 0) {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(packument(host, versions)));
    } else if (found !== undefined) {
      response.end(readArchive(cache, found));
    } else {
      missing.push(asked);
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    unknown: () => missing,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function lockedPackages(lockFile: string): readonly LockedPackage[] {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(lockFile, 'utf8')));
  return Object.entries(packages).flatMap(([where, { version, integrity, dev }]) =>
    dev || version === undefined || integrity === undefined
      ? []
      : [
          {
            name: where.slice(where.lastIndexOf('node_modules/') + 'node_modules/'.length),
            version,
            integrity,
          },
        ],
  );
}

function packument(host: string, versions: readonly LockedPackage[]): object {
  const entries = versions.map(({ name, version, integrity }) => {
    const tarball = `${host}/${name}/-/${hexOf(integrity)}.tgz`;
    return [version, { name, version, dist: { tarball, integrity } }] as const;
  });
  return { name: versions[0]?.name, versions: Object.fromEntries(entries), 'dist-tags': {} };
}

/** npm's cache keeps contents by their digest. */
function readArchive(cache: string, { name, version, integrity }: LockedPackage): Buffer {
  const hex = hexOf(integrity);
  const [algorithm = ''] = integrity.split('-');
  const file = path.join(
    cache,
    '_cacache/content-v2',
    algorithm,
    hex.slice(0, 2),
    hex.slice(2, 4),
    hex.slice(4),
  );
  if (!existsSync(file)) npm('cache', 'add', `${name}@${version}`);
  return readFileSync(file);
}

function hexOf(integrity: string): string {
  return Buffer.from(integrity.slice(integrity.indexOf('-') + 1), 'base64').toString('hex');
}

function npm(...args: readonly string[]): string {
  return execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}
