import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Random } from './context.ts';
import { close, drain, isForLoopback, listen } from './loopback.ts';
import { revisionName, shortName } from './names.ts';
import { openDoor } from './ports.ts';
import type { Revision, Service } from './records.ts';
import type { RevisionServer } from './revision-server.ts';
import type { CloudStore } from './store.ts';
import { productionShares, servedRevision, TrafficDealer } from './traffic.ts';

const keepAliveMs = 65_000;

interface DoorRequest {
  /** Full name of the service. */
  readonly service: string;
  /** Empty for the service's own door. */
  readonly tag: string;
}

/** The HTTP ports at which services and their tagged revisions are reached, each on its own port of 127.0.0.1. */
export class FrontDoors {
  readonly #store: CloudStore;
  readonly #revisions: RevisionServer;
  readonly #random: Random;
  readonly #place: string;
  readonly #doors = new Map<string, Promise<Server>>();
  readonly #urls = new Map<string, string>();

  constructor(of: { store: CloudStore; revisions: RevisionServer; random: Random; place: string }) {
    this.#store = of.store;
    this.#revisions = of.revisions;
    this.#random = of.random;
    this.#place = of.place;
  }

  url(service: string, tag = ''): string | undefined {
    return this.#urls.get(doorKey({ service, tag }));
  }

  /** Opens the doors of a service and of these tags that are not open yet. */
  async open(service: string, tags: readonly string[]): Promise<void> {
    await Promise.all(['', ...tags].map((tag) => this.#open({ service, tag })));
  }

  /** Opens the doors that the store's services have. */
  async openAll(): Promise<void> {
    for (const service of this.#store.services.all()) await this.open(service.name, [...tagsOf(service)]);
  }

  /** Closes the doors of tags and services that are no more, after the requests that are on their way. */
  async prune(): Promise<void> {
    const wanted = new Set(this.#store.services.all().flatMap(doorKeys));
    const unwanted = [...this.#doors].filter(([key]) => !wanted.has(key));
    for (const [key] of unwanted) {
      this.#doors.delete(key);
      this.#urls.delete(key);
      this.#store.ports.delete(key);
    }
    await Promise.all(unwanted.map(async ([, opening]) => drain(await opening)));
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#doors.values()].map(async (opening) => close(await opening)));
  }

  #open(request: DoorRequest): Promise<Server> {
    const key = doorKey(request);
    const opening = this.#doors.get(key) ?? this.#create(request, key);
    this.#doors.set(key, opening);
    return opening;
  }

  async #create(request: DoorRequest, key: string): Promise<Server> {
    const dealer = new TrafficDealer(this.#random);
    const server = createServer((incoming, response) => {
      this.#answer(request, dealer, { incoming, response }).catch(() => response.destroy());
    });
    server.keepAliveTimeout = keepAliveMs;
    try {
      const listenAt = (port: number) => listen(server, port);
      const memory = this.#store.ports;
      const port = await openDoor({ place: this.#place, door: key, memory, listen: listenAt });
      this.#urls.set(key, `http://127.0.0.1:${port}`);
      return server;
    } catch (error) {
      this.#doors.delete(key);
      throw error;
    }
  }

  async #answer(request: DoorRequest, dealer: TrafficDealer, exchange: Exchange): Promise<void> {
    const { incoming, response } = exchange;
    incoming.resume();
    const path = new URL(incoming.url ?? '/', 'http://127.0.0.1').pathname;
    if (!isForLoopback(incoming)) refuse(response, 403, 'this address is only for this machine');
    else if (path === '/metrics') await this.#sendMetrics(request, response);
    else await this.#sendAnswer(request, this.#revisionFor(request, dealer), { path, response });
  }

  async #sendAnswer(
    request: DoorRequest,
    revision: Revision | undefined,
    { path, response }: { readonly path: string; readonly response: ServerResponse },
  ): Promise<void> {
    if (revision === undefined) refuse(response, ...nobody(request));
    else await this.#revisions.answer(revision, { path, production: request.tag === '' }, response);
  }

  #revisionFor(request: DoorRequest, dealer: TrafficDealer): Revision | undefined {
    const service = this.#store.services.get(request.service);
    if (service === undefined) return undefined;
    const id =
      request.tag === '' ? dealer.deal(productionShares(service)) : taggedRevision(service, request.tag);
    return id === undefined ? undefined : this.#store.revisions.get(revisionName(service.name, id));
  }

  async #sendMetrics(request: DoorRequest, response: ServerResponse): Promise<void> {
    const { contentType, text } = await this.#revisions.metrics(shortName(request.service));
    response.writeHead(200, { 'content-type': contentType });
    response.end(text);
  }
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
}

function doorKey({ service, tag }: DoorRequest): string {
  return tag === '' ? `service ${shortName(service)}` : `tag ${tag} of service ${shortName(service)}`;
}

function doorKeys(service: Service): readonly string[] {
  return ['', ...tagsOf(service)].map((tag) => doorKey({ service: service.name, tag }));
}

/** The tags that a service asks for or serves. */
function tagsOf(service: Service): ReadonlySet<string> {
  const tags = [...service.traffic, ...service.served].map((target) => target.tag);
  return new Set(tags.filter((tag) => tag !== ''));
}

function taggedRevision(service: Service, tag: string): string | undefined {
  const target = service.served.find((candidate) => candidate.tag === tag);
  return target && servedRevision(service, target);
}

/** Status and reason when no revision is there to answer. */
function nobody(request: DoorRequest): readonly [number, string] {
  const service = shortName(request.service);
  if (request.tag === '') return [503, `no revision of ${service} is ready to serve`];
  return [404, `no revision of ${service} serves under the tag ${request.tag}`];
}

function refuse(response: ServerResponse, code: number, error: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error }));
}
