import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { type Image, images, repositories } from './images.ts';
import type { Levers } from './levers.ts';
import { isForLoopback } from './loopback.ts';
import type { CloudStore } from './store.ts';

/**
 * A read-only OCI registry (https://github.com/opencontainers/distribution-spec/blob/main/spec.md) with the token
 * protocol that Docker's and GitHub's registries use (https://distribution.github.io/distribution/spec/auth/token/).
 */
export function createRegistry(of: { readonly store: CloudStore; readonly levers: Levers }): Express {
  const registry = new Registry(of.store, of.levers);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((request, response, next) => registry.admit(request, response, next));
  app.get('/token', (request, response) => registry.sendToken(request, response));
  app.use('/v2', (request, response, next) => registry.authorize(request, response, next));
  app.get('/v2/', (_request, response) => {
    response.json({});
  });
  app.get(['/v2/*name/tags/list', '/v2/*name/manifests/:reference', '/v2/*name/blobs/:digest'], checkName);
  app.get('/v2/*name/tags/list', (request, response) => registry.sendTags(request, response));
  app.get('/v2/*name/manifests/:reference', (request, response) => registry.sendManifest(request, response));
  app.get('/v2/*name/blobs/:digest', (request, response) => registry.sendBlob(request, response));
  app.use((_request, response) => refuse(response, 405, unsupported));
  return app;
}

interface RegistryError {
  readonly code: string;
  readonly message: string;
}

const unsupported = { code: 'UNSUPPORTED', message: 'the operation is unsupported' };
const unauthorized = { code: 'UNAUTHORIZED', message: 'authentication required' };
const nameUnknown = { code: 'NAME_UNKNOWN', message: 'repository name not known to registry' };
const manifestUnknown = { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' };
const notAccepted = {
  code: 'MANIFEST_UNKNOWN',
  message: 'OCI manifest found, but accept header does not support OCI manifests',
};
const blobUnknown = { code: 'BLOB_UNKNOWN', message: 'blob unknown to registry' };
const paginationInvalid = {
  code: 'PAGINATION_NUMBER_INVALID',
  message: 'invalid number of results requested',
};
const tokenSeconds = 300;

class Registry {
  readonly #store: CloudStore;
  readonly #levers: Levers;
  /** The repository that each token may pull from. */
  readonly #tokens = new Map<string, string>();

  constructor(store: CloudStore, levers: Levers) {
    this.#store = store;
    this.#levers = levers;
  }

  async admit(request: Request, response: Response, next: NextFunction): Promise<void> {
    const { down, delayMs } = this.#levers.registry;
    if (down) {
      request.socket.destroy();
      return;
    }
    if (delayMs > 0) await delay(delayMs);
    if (isForLoopback(request)) next();
    else refuse(response, 403, { code: 'DENIED', message: 'this registry is only for this machine' });
  }

  authorize(request: Request, response: Response, next: NextFunction): void {
    response.set('Docker-Distribution-Api-Version', 'registry/2.0');
    const repository = repositories.find((name) => request.path.startsWith(`/${name}/`));
    const token = /^Bearer (.+)$/i.exec(request.get('authorization') ?? '')?.[1] ?? '';
    const allowed = this.#tokens.get(token);
    const pulls = allowed !== undefined && (repository === undefined || allowed === repository);
    if (pulls || !this.#levers.registry.requireToken) next();
    else challenge(request, response);
  }

  sendToken(request: Request, response: Response): void {
    const scope = /^repository:([^:]+):/.exec(String(request.query.scope ?? ''));
    const token = randomUUID();
    this.#tokens.set(token, scope?.[1] ?? '');
    setTimeout(() => this.#tokens.delete(token), tokenSeconds * 1000).unref();
    const issued = new Date().toISOString();
    response.json({ token, access_token: token, expires_in: tokenSeconds, issued_at: issued });
  }

  sendTags(request: Request, response: Response): void {
    const { n, last = '' } = request.query;
    const after = this.#tagsOf(repositoryOf(request)).filter((tag) => tag > String(last));
    const limit = n === undefined ? after.length : Number(n);
    if (Number.isInteger(limit) && limit >= 0) sendPage(request, response, { tags: after, limit });
    else refuse(response, 400, paginationInvalid);
  }

  sendManifest(request: Request, response: Response): void {
    const image = this.#find(repositoryOf(request), String(request.params.reference));
    if (image === undefined) refuse(response, 404, manifestUnknown);
    else if (request.accepts(image.manifest.mediaType) === false) refuse(response, 404, notAccepted);
    else sendContent(response, image.manifest);
  }

  sendBlob(request: Request, response: Response): void {
    const ofName = images.filter((image) => image.repository === repositoryOf(request));
    const blobs = ofName.flatMap((image) => image.blobs);
    const found = blobs.find((blob) => blob.digest === request.params.digest);
    if (found === undefined) refuse(response, 404, blobUnknown);
    else sendContent(response, { ...found, mediaType: 'application/octet-stream' });
  }

  #tagsOf(name: string): readonly string[] {
    const prefix = `${name}:`;
    const keys = this.#store.tags.keys().filter((key) => key.startsWith(prefix));
    return keys.map((key) => key.slice(prefix.length)).sort();
  }

  #find(name: string, reference: string): Image | undefined {
    const digest = reference.startsWith('sha256:') ? reference : this.#store.tags.get(`${name}:${reference}`);
    return images.find((image) => image.repository === name && image.manifest.digest === digest);
  }
}

function checkName(request: Request, response: Response, next: NextFunction): void {
  if (repositories.some((name) => name === repositoryOf(request))) next();
  else refuse(response, 404, nameUnknown);
}

/** Says where to get a token, and for what. */
function challenge(request: Request, response: Response): void {
  const realm = `Bearer realm="http://${request.get('host')}/token",service="slipway-demo"`;
  const scope = request.path === '/' ? '' : `,scope="repository:${pathRepository(request.path)}:pull"`;
  response.set('WWW-Authenticate', `${realm}${scope}`);
  refuse(response, 401, unauthorized);
}

/** The first `limit` tags, with a link to the rest. */
function sendPage(
  request: Request,
  response: Response,
  { tags, limit }: { readonly tags: readonly string[]; readonly limit: number },
): void {
  const name = repositoryOf(request);
  const page = tags.slice(0, limit);
  const last = page.at(-1);
  if (last !== undefined && page.length < tags.length) {
    const query = new URLSearchParams({ n: String(limit), last });
    response.set('Link', `</v2/${name}/tags/list?${query}>; rel="next"`);
  }
  response.json({ name, tags: page });
}

function repositoryOf(request: Request): string {
  const name: unknown = request.params.name;
  return Array.isArray(name) ? name.join('/') : String(name);
}

/** `demo/api` of `/demo/api/manifests/v1.0.0`. */
function pathRepository(path: string): string {
  return path.replace(/^\/|\/(tags\/list|manifests\/[^/]+|blobs\/[^/]+)$/g, '');
}

function sendContent(
  response: Response,
  content: { readonly mediaType: string; readonly digest: string; readonly bytes: Buffer },
): void {
  response.set('Content-Type', content.mediaType);
  response.set('Docker-Content-Digest', content.digest);
  response.set('Content-Length', String(content.bytes.length));
  response.end(content.bytes);
}

function refuse(response: Response, status: number, error: RegistryError): void {
  response.status(status).json({ errors: [{ ...error, detail: null }] });
}
