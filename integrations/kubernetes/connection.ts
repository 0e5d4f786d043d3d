import type { HttpLibrary, KubeConfig, RequestContext } from '@kubernetes/client-node';
import { TargetError } from '../target.ts';

/** Which cluster, and as whom. Secrets stand in the files that it names, never in the config. */
export interface KubernetesConnection {
  /** Path of a kubeconfig; absent for the service account of the pod that this process runs in. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface ApiRequest {
  readonly method: Method;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly contentType?: string;
  readonly signal: AbortSignal;
}

export interface ApiAnswer {
  readonly status: number;
  text(): Promise<string>;
  /** The body as it arrives; null when there is none. */
  stream(): ReadableStream<Uint8Array> | null;
}

/** Authenticated HTTP to one cluster. Rejects only when there is no answer, or no identity to ask with. */
export interface Connection {
  readonly server: string;
  send(request: ApiRequest): Promise<ApiAnswer>;
  close(): Promise<void>;
}

/** What the official client makes of a process that runs in no cluster. */
const NO_SERVER = 'https://undefined:undefined';

type Dispatcher = NonNullable<ReturnType<RequestContext['getDispatcher']>>;

/**
 * Milliseconds for which the official client's TLS settings are used again. It makes a new connection pool, and so
 * a new TLS connection, for every call; certificates that were renewed on disk are picked up after this.
 */
const POOL_LIFETIME = 5 * 60_000;

/** Reads the kubeconfig, or the pod's own account, by the official client. Nothing is sent yet. */
export async function openConnection(options: KubernetesConnection): Promise<Connection> {
  const library = await import('@kubernetes/client-node');
  const config = loadConfig(new library.KubeConfig(), options);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined || server === NO_SERVER) throw noCluster(options);
  const pool = createPool(config);
  const http: HttpLibrary = library.createConfiguration().httpApi;
  return {
    server,
    async send({ method, path, query = {}, body, contentType, signal }) {
      const context = new library.RequestContext(`${server.replace(/\/$/, '')}${path}`, method);
      for (const [name, value] of Object.entries(query)) context.setQueryParam(name, value);
      context.setHeaderParam('Accept', 'application/json');
      context.setHeaderParam('User-Agent', 'slipway');
      if (contentType !== undefined) context.setHeaderParam('Content-Type', contentType);
      if (body !== undefined) context.setBody(body);
      context.setSignal(signal);
      await pool.apply(context);
      const answer = await http.send(context).toPromise();
      return {
        status: answer.httpStatusCode,
        text: () => answer.body.text(),
        stream: () => answer.body.stream(),
      };
    },
    close: () => pool.close(),
  };
}

function loadConfig(config: KubeConfig, { kubeconfig, context }: KubernetesConnection): KubeConfig {
  try {
    if (kubeconfig === undefined) config.loadFromCluster();
    else config.loadFromFile(kubeconfig);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    const unread =
      kubeconfig === undefined
        ? `Slipway has no kubeconfig in its config, and the service account of its pod cannot be read: ${what}.`
        : `The kubeconfig ${kubeconfig} cannot be read: ${what}.`;
    throw new TargetError('invalid', unread, { cause });
  }
  if (context !== undefined) {
    const known = config.getContexts().map(({ name }) => name);
    if (!known.includes(context)) {
      throw new TargetError(
        'invalid',
        `The kubeconfig ${kubeconfig} has no context ${context}. It has: ${known.join(', ')}.`,
      );
    }
    config.setCurrentContext(context);
  }
  return config;
}

function noCluster({ kubeconfig, context }: KubernetesConnection): TargetError {
  if (kubeconfig === undefined) {
    const nowhere = 'Slipway does not run in a Kubernetes cluster, and its config names no kubeconfig.';
    return new TargetError('invalid', nowhere);
  }
  const current = context ?? 'its current context';
  return new TargetError('invalid', `The kubeconfig ${kubeconfig} names no cluster for ${current}.`);
}

/** Authenticates each call, and sends all of them over one pool of connections. */
function createPool(config: KubeConfig) {
  let kept: { readonly dispatcher: Dispatcher; readonly until: number } | null = null;
  return {
    async apply(context: RequestContext): Promise<void> {
      await authenticate(config, context);
      const made = context.getDispatcher();
      if (made === undefined) return;
      const now = performance.now();
      if (kept === null || kept.until < now) {
        void kept?.dispatcher.close();
        kept = { dispatcher: made, until: now + POOL_LIFETIME };
      }
      context.setDispatcher(kept.dispatcher);
    },
    async close(): Promise<void> {
      await kept?.dispatcher.close();
    },
  };
}

/** Tokens and certificates come from files and programs that the kubeconfig names. */
async function authenticate(config: KubeConfig, context: RequestContext): Promise<void> {
  try {
    await config.applySecurityAuthentication(context);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new TargetError('permission', `Slipway has no identity for the Kubernetes API: ${what}`, { cause });
  }
}
