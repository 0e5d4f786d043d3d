import { Agent, request } from 'node:https';
import type { Access } from './kubeconfig.ts';

/** A resource as the API server shows it, as far as tests look into it. */
export interface Resource {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: every kind has its own shape, and a test reads a word or two of it.
  readonly spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly status?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly [more: string]: any;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** An API server, asked without the client that the bot uses: what a test holds to be true is read beside it. */
export class ApiServer {
  readonly #access: Access;
  readonly #agent: Agent;

  constructor(access: Access) {
    const { authority, certificate } = access;
    this.#access = access;
    this.#agent = new Agent({ keepAlive: true, ...(authority && { ca: authority }), ...certificate });
  }

  /** One call, whatever it answers. */
  request(method: string, path: string, body?: string, type = 'application/json'): Promise<Answer> {
    const { server, token } = this.#access;
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': type }),
    };
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, server), { method, headers, agent: this.#agent }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  /** One call that must succeed; its answer, parsed. */
  async expect(method: string, path: string, body?: string, type?: string): Promise<Resource> {
    const { status, text } = await this.request(method, path, body, type);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return JSON.parse(text);
  }

  get(path: string): Promise<Resource> {
    return this.expect('GET', path);
  }

  /** Null when it is not there. */
  async find(path: string): Promise<Resource | null> {
    const { status, text } = await this.request('GET', path);
    if (status === 404) return null;
    if (status >= 300) throw new Error(`GET ${path}: ${status} ${text}`);
    return JSON.parse(text);
  }

  async list(path: string): Promise<readonly Resource[]> {
    return (await this.get(path)).items;
  }

  create(path: string, resource: object): Promise<Resource> {
    return this.expect('POST', path, JSON.stringify(resource));
  }

  /** Merges a patch; lists are replaced as a whole. */
  merge(path: string, patch: object): Promise<Resource> {
    return this.expect('PATCH', path, JSON.stringify(patch), 'application/merge-patch+json');
  }

  /** As `kubectl edit` and `kubectl set image` do: containers are found by name. */
  patch(path: string, patch: object): Promise<Resource> {
    return this.expect('PATCH', path, JSON.stringify(patch), 'application/strategic-merge-patch+json');
  }

  async remove(path: string): Promise<void> {
    const { status, text } = await this.request('DELETE', path);
    if (status >= 300 && status !== 404) throw new Error(`DELETE ${path}: ${status} ${text}`);
  }

  close(): void {
    this.#agent.destroy();
  }
}
