import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** The files of a release by path. */
export type Files = Readonly<Record<string, string | { readonly text: string; readonly mode: number }>>;

/** A tar.gz of some files, below a directory if one is given. */
export async function tarGz(files: Files, under = ''): Promise<Buffer> {
  const tar = pack();
  for (const [name, file] of Object.entries(files)) {
    const { text: content, mode } = typeof file === 'string' ? { text: file, mode: 0o644 } : file;
    tar.entry({ name: `${under}${name}`, mode }, content);
  }
  tar.finalize();
  return gzipSync(await buffer(tar));
}

/** A web server that publishes releases as files with checksums, and as GitHub does. */
export interface ReleaseServer {
  readonly url: string;
  /** What was asked for, in order: `GET /v1.0.0.tar.gz 200`. */
  readonly asked: string[];
  /** Publishes a version, or replaces it. */
  publish(version: string, files: Files): Promise<void>;
  /** What `archive:` says of it in the config. */
  archive(): object;
  github(): object;
  /** Everything is answered with this status from now on; null for what is right. */
  failWith(status: number | null): void;
  stop(): Promise<void>;
}

/** GitHub names the only directory in its archives after the commit. */
const WRAPPED = 'shop-backend-3f2a90c/';

export async function startReleaseServer(): Promise<ReleaseServer> {
  const plain = new Map<string, Buffer>();
  const wrapped = new Map<string, Buffer>();
  const asked: string[] = [];
  let failure: number | null = null;
  const answer = (path: string): string | Buffer | { readonly location: string } | null => {
    const [, version = ''] = /^\/(.+?)\.tar\.gz(\.sha256)?$/.exec(path) ?? [];
    if (path === '/versions.txt') return [...plain.keys()].join('\n');
    if (path.endsWith('.sha256')) {
      const archive = plain.get(version);
      return archive === undefined ? null : `${sha256(archive)}  ${version}.tar.gz\n`;
    }
    if (path.startsWith('/repos/shop/backend/tags')) {
      return JSON.stringify([...wrapped.keys()].map((name) => ({ name })));
    }
    const [, tag] = /^\/repos\/shop\/backend\/tarball\/refs\/tags\/(.+)$/.exec(path) ?? [];
    if (tag !== undefined) return wrapped.has(tag) ? { location: `/codeload/${tag}` } : null;
    const [, loaded] = /^\/codeload\/(.+)$/.exec(path) ?? [];
    return (loaded === undefined ? plain.get(version) : wrapped.get(loaded)) ?? null;
  };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    const found = failure === null ? answer(path) : null;
    const etag = found instanceof Buffer ? `"${sha256(found)}"` : null;
    const status = statusOf(found, failure, etag !== null && request.headers['if-none-match'] === etag);
    asked.push(`${request.method} ${path} ${status}`);
    response.writeHead(status, {
      ...(etag === null ? {} : { etag }),
      ...(found !== null && typeof found === 'object' && 'location' in found
        ? { location: found.location }
        : {}),
    });
    response.end(
      status === 200 && (typeof found === 'string' || found instanceof Buffer) ? found : undefined,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  return {
    url,
    asked,
    async publish(version, files) {
      plain.set(version, await tarGz(files));
      wrapped.set(version, await tarGz(files, WRAPPED));
    },
    archive: () => ({
      url: `${url}/{version}.tar.gz`,
      checksum: `${url}/{version}.tar.gz.sha256`,
      versions: `${url}/versions.txt`,
    }),
    github: () => ({ github: 'shop/backend', api: url }),
    failWith(status) {
      failure = status;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function statusOf(found: unknown, failure: number | null, isKnown: boolean): number {
  if (failure !== null) return failure;
  if (found === null) return 404;
  if (typeof found === 'object' && 'location' in found) return 302;
  return isKnown ? 304 : 200;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
