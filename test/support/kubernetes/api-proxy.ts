import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { readAccess } from './kubeconfig.ts';

/** A call that went through. */
export interface SeenCall {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** A way to the API server on which a test can count, lose and cut what goes over it. */
export interface ApiProxy {
  /** Through this proxy, as the first of its identities. */
  readonly kubeconfig: string;
  /** All calls so far, oldest first. */
  calls(): readonly SeenCall[];
  /** Those that changed something that lasts. */
  changes(): number;
  /** From now on everything is asked with the credentials of that kubeconfig. */
  becomes(kubeconfig: string): void;
  /** The next change is made, but its answer never comes. */
  loseNextReply(): void;
  /** Somebody does this after the next change was asked for, and before it is made. */
  overtakeNextChange(work: () => Promise<unknown>): void;
  /** Ends every watch that is open now, without a word; says how many those were. */
  cutWatches(): number;
  /** So many of the next watches are answered as the API server answers a resourceVersion that is too old. */
  forgetHistory(watches: number): void;
  stop(): Promise<void>;
}

const GONE = JSON.stringify({
  kind: 'Status',
  code: 410,
  reason: 'Expired',
  message: 'too old resource version',
});

/** Starts one on loopback before the cluster of a kubeconfig; its own kubeconfig is written into `directory`. */
export async function startApiProxy(kubeconfig: string, directory: string): Promise<ApiProxy> {
  const proxy = new Forwarding(kubeconfig);
  const server = createServer((incoming, outgoing) => proxy.handle(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port }: AddressInfo = Object(server.address());
  const file = path.join(directory, 'proxy.kubeconfig');
  writeFileSync(file, JSON.stringify(configOf(port)), { mode: 0o600 });
  return {
    kubeconfig: file,
    calls: () => proxy.seen,
    changes: () => proxy.seen.filter(isChange).length,
    becomes: (other) => proxy.become(other),
    loseNextReply: () => {
      proxy.losing = true;
    },
    overtakeNextChange: (work) => {
      proxy.overtaking = work;
    },
    cutWatches: () => proxy.cutWatches(),
    forgetHistory: (watches) => {
      proxy.forgetful = watches;
    },
    stop: async () => {
      proxy.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Asking what we may do is a POST that changes nothing. */
function isChange({ method, path: at, status }: SeenCall): boolean {
  return method !== 'GET' && status < 300 && !at.includes('/selfsubject');
}

function configOf(port: number): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [
      { name: 'test', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'test', user: {} }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  };
}

class Forwarding {
  readonly seen: SeenCall[] = [];
  losing = false;
  overtaking: (() => Promise<unknown>) | null = null;
  forgetful = 0;
  readonly #watches = new Set<ServerResponse>();
  #server = '';
  #token = '';
  #agent = new Agent();

  constructor(kubeconfig: string) {
    this.become(kubeconfig);
  }

  become(kubeconfig: string): void {
    const { server, token = '', authority, certificate } = readAccess(kubeconfig);
    this.#server = server;
    this.#token = token;
    this.#agent.destroy();
    this.#agent = new Agent({ keepAlive: true, ...(authority && { ca: authority }), ...certificate });
  }

  handle(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = 'GET', url = '/', headers } = incoming;
    const watching = url.includes('watch=true');
    if (watching && this.forgetful > 0) {
      this.forgetful -= 1;
      outgoing.writeHead(410, { 'content-type': 'application/json' }).end(GONE);
      return;
    }
    const { host: _, authorization: __, ...others } = headers;
    const sent = { ...others, ...(this.#token && { authorization: `Bearer ${this.#token}` }) };
    const call = request(
      new URL(url, this.#server),
      { method, headers: sent, agent: this.#agent },
      (answer) => {
        const status = answer.statusCode ?? 0;
        this.seen.push({ method, path: url, status });
        if (this.losing && isChange({ method, path: url, status })) {
          this.losing = false;
          answer.resume();
          outgoing.destroy();
          return;
        }
        if (watching) this.#remember(outgoing);
        outgoing.writeHead(status, answer.headers);
        outgoing.flushHeaders();
        answer.pipe(outgoing);
      },
    );
    call.on('error', () => outgoing.destroy());
    outgoing.on('close', () => call.destroy());
    const { overtaking } = this;
    if (overtaking === null || method === 'GET') {
      incoming.pipe(call);
      return;
    }
    this.overtaking = null;
    void overtaking().then(() => incoming.pipe(call));
  }

  #remember(outgoing: ServerResponse): void {
    this.#watches.add(outgoing);
    outgoing.on('close', () => this.#watches.delete(outgoing));
  }

  cutWatches(): number {
    const open = [...this.#watches];
    for (const outgoing of open) outgoing.destroy();
    return open.length;
  }

  close(): void {
    this.#agent.destroy();
  }
}
