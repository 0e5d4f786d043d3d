import { mkdirSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import { join, resolve } from 'node:path';
import type { Server as GrpcServer } from '@grpc/grpc-js';
import { openJournal } from '../journal.ts';
import { BackgroundTraffic } from './background-traffic.ts';
import type { Clock, CloudContext, Random } from './context.ts';
import { FrontDoors } from './front-doors.ts';
import { Levers } from './levers.ts';
import { close, listen } from './loopback.ts';
import { openDoor } from './ports.ts';
import { nextDeadline, releaseHeld, settleDue } from './reconcile.ts';
import type { Call } from './records.ts';
import { createRegistry } from './registry.ts';
import { RevisionServer } from './revision-server.ts';
import { createRunServer, listen as listenGrpc } from './run-server.ts';
import { environmentLabel, seed, serviceLabel } from './seed.ts';
import { type CloudSnapshot, takeSnapshot } from './snapshot.ts';
import { createSqlApi } from './sql-api.ts';
import { seedSql, settleSql } from './sql-work.ts';
import { CloudStore } from './store.ts';

export interface DemoCloudOptions {
  /** Directory of `cloud.jsonl`, in which everything is kept; made if it is not there. */
  readonly dataDir: string;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Visitors on each front door; none by default. */
  readonly backgroundRequestsPerSecond?: number;
}

/** A Cloud Run service of the demo cloud, as the configuration needs it. */
export interface DemoService {
  readonly service: string;
  readonly environment: string;
  /** `projects/demo/locations/local/services/api-production` */
  readonly name: string;
  readonly url: string;
}

/** A running demo cloud: an OCI registry, a Cloud Run Admin API and the services that it runs. */
export interface DemoCloud {
  /** `http://127.0.0.1:<port>`; images are named `127.0.0.1:<port>/demo/api:v1.0.0`. */
  readonly registryUrl: string;
  /** `127.0.0.1:<port>`, gRPC without TLS. */
  readonly runEndpoint: string;
  /** `http://127.0.0.1:<port>`, the Cloud SQL Admin API. */
  readonly sqlEndpoint: string;
  readonly services: readonly DemoService[];
  readonly levers: Levers;
  snapshot(): CloudSnapshot;
  /** The mutating calls of the Admin API, oldest first. */
  calls(): readonly Call[];
  /** Lets new operations settle, or not; letting them go also settles those that were held. */
  holdOperations(hold: boolean): void;
  /** Points a tag of a repository at the image that another tag, or a digest, names. False when there is none. */
  moveTag(move: { readonly repository: string; readonly tag: string; readonly to: string }): boolean;
  /** Makes the executions of a job fail, or succeed again. False when there is no such job. */
  failJob(job: string, fails: boolean): boolean;
  /** What is in the databases of a Cloud SQL instance; undefined when there is none of that name. */
  data(instance: string): string | undefined;
  /** Writes something into the databases, as whoever uses them would. */
  writeData(instance: string, content: string): void;
  /** Sets the number of visitors on each front door. */
  setBackgroundTraffic(perSecond: number): void;
  stop(): Promise<void>;
}

/** Starts the demo cloud on 127.0.0.1, where it left off if it ran in this directory before. */
export async function startDemoCloud(options: DemoCloudOptions): Promise<DemoCloud> {
  const place = resolve(options.dataDir);
  mkdirSync(place, { recursive: true });
  const clock = options.clock ?? { now: () => Date.now() };
  const random = options.random ?? Math.random;
  const store = new CloudStore(openJournal(join(place, 'cloud.jsonl')));
  const levers = new Levers();
  const running = new RunningCloud({ place, clock, random, store, levers });
  await running.start();
  running.setBackgroundTraffic(options.backgroundRequestsPerSecond ?? 0);
  return running;
}

interface Parts {
  readonly place: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: CloudStore;
  readonly levers: Levers;
}

class RunningCloud implements DemoCloud {
  readonly levers: Levers;
  readonly #parts: Parts;
  readonly #revisions: RevisionServer;
  readonly #doors: FrontDoors;
  readonly #visitors: BackgroundTraffic;
  readonly #registry: HttpServer;
  readonly #run: GrpcServer;
  readonly #sql: HttpServer;
  readonly #context: CloudContext;
  #registryPort = 0;
  #runPort = 0;
  #sqlPort = 0;
  #timer: NodeJS.Timeout | undefined;
  /** While calls are being answered, doors that they have opened may not be in the store yet. */
  #callsInHand = 0;

  constructor(parts: Parts) {
    const { store, clock, random, levers, place } = parts;
    this.#parts = parts;
    this.levers = levers;
    this.#revisions = new RevisionServer(clock, random);
    this.#doors = new FrontDoors({ store, revisions: this.#revisions, random, place });
    this.#visitors = new BackgroundTraffic(() => this.services.map((service) => service.url), random);
    this.#context = { store, clock, random, levers, addresses: this.#addresses() };
    this.#registry = createServer(createRegistry({ store, levers }));
    this.#sql = createServer(createSqlApi(this.#context));
    this.#run = createRunServer(this.#context, {
      began: () => {
        this.#callsInHand += 1;
      },
      ended: () => {
        this.#callsInHand -= 1;
        this.#settle();
      },
    });
  }

  get registryUrl(): string {
    return `http://127.0.0.1:${this.#registryPort}`;
  }

  get runEndpoint(): string {
    return `127.0.0.1:${this.#runPort}`;
  }

  get sqlEndpoint(): string {
    return `http://127.0.0.1:${this.#sqlPort}`;
  }

  get services(): readonly DemoService[] {
    return this.#parts.store.services.all().map(({ name, settings: { labels } }) => ({
      service: labels[serviceLabel] ?? '',
      environment: labels[environmentLabel] ?? '',
      name,
      url: this.#doors.url(name) ?? '',
    }));
  }

  /** Takes the ports first: when another process has them, nothing of its data has been touched. */
  async start(): Promise<void> {
    const { store } = this.#parts;
    try {
      this.#registryPort = await this.#open('registry', (port) => listen(this.#registry, port));
      this.#runPort = await this.#open('Cloud Run API', (port) => listenGrpc(this.#run, port));
      this.#sqlPort = await this.#open('Cloud SQL API', (port) => listen(this.#sql, port));
      if (store.services.keys().length === 0) seed(this.#context);
      if (store.sqlInstances.keys().length === 0) seedSql(this.#context);
      await this.#doors.openAll();
    } catch (error) {
      await this.#closeServers();
      throw error;
    }
    store.startWriting();
    this.#settle();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#visitors.stop();
    await this.#closeServers();
    this.#parts.store.close();
  }

  snapshot(): CloudSnapshot {
    settleDue(this.#context);
    return takeSnapshot(this.#context, this.#revisions);
  }

  calls(): readonly Call[] {
    return this.#parts.store.calls.all();
  }

  holdOperations(hold: boolean): void {
    this.levers.holdOperations = hold;
    if (!hold) releaseHeld(this.#context);
    this.#settle();
  }

  moveTag(move: { readonly repository: string; readonly tag: string; readonly to: string }): boolean {
    const { tags } = this.#parts.store;
    const digest = move.to.startsWith('sha256:') ? move.to : tags.get(`${move.repository}:${move.to}`);
    if (digest === undefined) return false;
    tags.put(`${move.repository}:${move.tag}`, digest);
    return true;
  }

  failJob(job: string, fails: boolean): boolean {
    const { jobs } = this.#parts.store;
    const found = jobs.all().find(({ name }) => name.endsWith(`/jobs/${job}`));
    if (found === undefined) return false;
    jobs.put(found.name, { ...found, fails });
    return true;
  }

  data(instance: string): string | undefined {
    settleSql(this.#context);
    return this.#parts.store.sqlInstances.get(instance)?.content;
  }

  writeData(instance: string, content: string): void {
    settleSql(this.#context);
    const { sqlInstances } = this.#parts.store;
    const found = sqlInstances.get(instance);
    if (found !== undefined) sqlInstances.put(instance, { ...found, content });
  }

  setBackgroundTraffic(perSecond: number): void {
    this.#visitors.perSecond = perSecond;
  }

  #addresses(): CloudContext['addresses'] {
    const port = () => this.#registryPort;
    return {
      get registryHost() {
        return `127.0.0.1:${port()}`;
      },
      url: (service, tag) => this.#doors.url(service, tag),
      open: (service, tags) => this.#doors.open(service, tags),
    };
  }

  #open(door: string, listenAt: (port: number) => Promise<void>): Promise<number> {
    const { place, store } = this.#parts;
    return openDoor({ place, door, memory: store.ports, listen: listenAt });
  }

  /** Settles what is due, closes doors that lead nowhere, and comes back when the next operation is due. */
  #settle(): void {
    settleDue(this.#context);
    clearTimeout(this.#timer);
    if (this.#callsInHand === 0) void this.#doors.prune();
    const deadline = nextDeadline(this.#context);
    if (deadline === undefined) return;
    const wait = Math.max(1, deadline - this.#parts.clock.now());
    this.#timer = setTimeout(() => this.#settle(), wait);
  }

  async #closeServers(): Promise<void> {
    this.#run.forceShutdown();
    await Promise.all([close(this.#registry), close(this.#sql), this.#doors.closeAll()]);
  }
}
