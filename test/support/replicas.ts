import { writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { startCallCounter } from './call-counter.ts';
import { createTestDatabase } from './database.ts';
import { changedDemoConfig, type DemoConfig } from './demo-config.ts';
import { freePort, type ShippedProcess, startShipped, temporaryDirectory } from './processes.ts';
import { type Relay, startRelay } from './relay.ts';
import { startReverseProxy } from './reverse-proxy.ts';
import { openWorkspace, type TestWorkspace } from './workspace.ts';

const descriptionSchema = z.object({ cloud: z.object({ run_endpoint: z.string() }) });
const LIMIT = 60_000;
const START_TRIES = 3;

/** One bot of several on the same database, which is started again whenever it ends, as a supervisor would. */
export interface Replica {
  /** Its own HTTP address. */
  readonly url: string;
  /** What lies between it and the database. */
  readonly network: Relay;
  /** How many calls it has begun to the target's API so far, those that only read as well. */
  calls(): number;
  /** Null while it is down. */
  pid(): number | null;
  /** Resolves when the process that runs now has ended. */
  ended(): Promise<void>;
  /** Resolves when it runs, be it as another process. */
  up(): Promise<void>;
}

/** How an operation is, and who works on it. */
export interface WatchedRun {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  /** The process that works on it; null while none does that is known to live. */
  readonly pid: number | null;
  /** When that process, or the last one, took it up: milliseconds of the database's clock. */
  readonly takenUpAt: number;
  /** `create-revision running`, … in the order of the plan. */
  readonly steps: readonly string[];
  /** The canary's present share; null without one. */
  readonly percent: number | null;
}

/** A playground in a process of its own, one PostgreSQL, and several bots. */
export interface Replicas {
  readonly workspace: TestWorkspace;
  readonly all: readonly Replica[];
  /** The address that stands for all of them: the proxy's, or that of the first. */
  readonly front: string;
  /** Operations on one target, oldest first. */
  operations(service: string, environment: string): Promise<readonly WatchedRun[]>;
  operation(id: string): Promise<WatchedRun>;
  /** How many operations there are. */
  count(): Promise<number>;
  /** Whoever works on what somebody asked for and is not done with it; undefined while there is nobody. */
  workingOnDelivery(): Promise<Replica | undefined>;
  /** The replica that runs it; undefined when that is gone. */
  runnerOf(run: WatchedRun): Replica | undefined;
  /** kill -9; returns when that was, by the database's clock. */
  kill(replica: Replica): Promise<number>;
  /** From now on nobody can tell by its process whether it lives, as if it ran on a machine of its own. */
  moveElsewhere(replica: Replica): Promise<void>;
  /** From whom work was taken over, and how many milliseconds after its last renewal. */
  takeovers(): Promise<readonly { readonly pid: number; readonly after: number }[]>;
  stop(): Promise<void>;
}

/** How Slack reaches the bots: each by a connection of its own, or all behind one address. */
export type Reach = 'socket' | 'http';

export interface ReplicasOptions {
  readonly count: number;
  readonly reach: Reach;
  readonly env?: Readonly<Record<string, string>>;
  /** Changes the demo's config. */
  readonly configure: (config: DemoConfig) => void;
}

/** Starts that many bots side by side, on a database of their own. */
export async function startReplicas(options: ReplicasOptions): Promise<Replicas> {
  await using stack = new AsyncDisposableStack();
  const directory = temporaryDirectory();
  stack.defer(() => directory.remove());
  const database = await createTestDatabase();
  stack.defer(() => database.drop());
  const watching = new pg.Pool({ connectionString: database.url, max: 2, application_name: 'watching' });
  stack.defer(() => watching.end());
  const playground = await startShipped(['playground'], {
    env: { PLAYGROUND_PORT: String(await freePort()), SLIPWAY_DATA: path.join(directory.path, 'playground') },
    ready: 'Playground http',
  });
  stack.defer(async () => void (await playground.stop()));
  const world = { directory: directory.path, databaseUrl: database.url, playground, options, stack };
  const all: SupervisedReplica[] = [];
  for (let n = 0; n < options.count; n += 1) all.push(await startReplica(world, `replica-${n}`));
  const workspace = await openWorkspace(playground.url('Playground'));
  const front = await openFront(world, workspace, all);
  const owned = stack.move();
  return {
    workspace,
    all,
    front,
    ...watch(watching, all),
    stop: () => owned.disposeAsync(),
  };
}

interface World {
  readonly directory: string;
  readonly databaseUrl: string;
  readonly playground: ShippedProcess;
  readonly options: ReplicasOptions;
  readonly stack: AsyncDisposableStack;
}

async function startReplica(world: World, name: string): Promise<SupervisedReplica> {
  const { directory, databaseUrl, playground, options, stack } = world;
  const playgroundUrl = playground.url('Playground');
  const network = await startRelay({ to: Number(new URL(databaseUrl).port) });
  stack.defer(() => network.stop());
  const config = path.join(directory, `${name}.yaml`);
  const cloud = await startCallCounter(await cloudPort(playgroundUrl));
  stack.defer(() => cloud.stop());
  const changed = await changedDemoConfig(playgroundUrl, (changing) => {
    changing.slack.transport = options.reach;
    for (const { environments } of Object.values(changing.services)) {
      for (const { target } of Object.values(environments)) {
        Object.assign(target ?? {}, { endpoint: `127.0.0.1:${cloud.port}` });
      }
    }
    options.configure(changing);
  });
  writeFileSync(config, changed);
  const port = await freePort();
  const env = {
    PORT: String(port),
    DATABASE_URL: through(databaseUrl, network.port),
    SLIPWAY_DATA: path.join(directory, name),
    SLIPWAY_PLAYGROUND: playgroundUrl,
    SLIPWAY_CONFIG: config,
    ...options.env,
  };
  const replica = new SupervisedReplica({ port, network, env, calls: cloud.calls });
  stack.defer(() => replica.stop());
  await replica.up();
  return replica;
}

async function cloudPort(playgroundUrl: string): Promise<number> {
  const response = await fetch(new URL('/playground/workspace', playgroundUrl));
  const { cloud } = descriptionSchema.parse(await response.json());
  return Number(cloud.run_endpoint.split(':').at(-1));
}

function through(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}

class SupervisedReplica implements Replica {
  readonly url: string;
  readonly network: Relay;
  readonly calls: () => number;
  readonly #env: Readonly<Record<string, string>>;
  #running: ShippedProcess | null = null;
  #starting: Promise<void>;
  #stopped = false;

  constructor(parts: {
    readonly port: number;
    readonly network: Relay;
    readonly env: Readonly<Record<string, string>>;
    readonly calls: () => number;
  }) {
    this.url = `http://127.0.0.1:${parts.port}`;
    this.network = parts.network;
    this.calls = parts.calls;
    this.#env = parts.env;
    this.#starting = this.#start();
  }

  pid(): number | null {
    return this.#running?.pid ?? null;
  }

  async ended(): Promise<void> {
    await this.#running?.exited;
  }

  async up(): Promise<void> {
    while (this.#running === null && !this.#stopped) await this.#starting;
  }

  async kill(): Promise<void> {
    await this.#running?.kill();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#starting.catch(() => undefined);
    const running = this.#running;
    this.#running = null;
    await running?.stop();
  }

  async #start(): Promise<void> {
    const running = await this.#tryToStart();
    this.#running = running;
    void running.exited.then(() => {
      this.#running = null;
      if (!this.#stopped) this.#starting = this.#start();
    });
  }

  /** It may be told to end while it begins, by one that took it for gone. */
  async #tryToStart(): Promise<ShippedProcess> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await startShipped(['start'], { env: this.#env, ready: 'Slipway ready' });
      } catch (error) {
        if (tries === START_TRIES || this.#stopped) throw error;
      }
    }
  }
}

async function openFront(
  { directory, options, stack }: World,
  workspace: TestWorkspace,
  all: readonly Replica[],
): Promise<string> {
  if (options.reach === 'socket') return all[0]?.url ?? '';
  const ports = all.map(({ url }) => Number(new URL(url).port));
  const proxy = await startReverseProxy(path.join(directory, 'nginx'), ports);
  stack.defer(() => proxy.stop());
  await workspace.lever('delivery', { kind: 'http', url: `${proxy.url}/slack/events` });
  return proxy.url;
}

const RUNS = `
  select o.id, o.kind, o.state, e.pid, coalesce(w.started_at_epoch_ms, w.created_at)::float8 as "takenUpAt", c.percent,
    coalesce((select array_agg(s.id || ' ' || s.state order by s.ordinal) from slipway.steps s
      where s.operation_id = o.id), '{}') as steps
  from slipway.operations o
  left join slipway.canaries c on c.operation_id = o.id
  left join dbos.workflow_status w on w.workflow_uuid = o.id
  left join slipway.executors e on e.id = w.executor_id and w.status = 'PENDING'`;

function watch(
  pool: pg.Pool,
  all: readonly SupervisedReplica[],
): Omit<Replicas, 'workspace' | 'all' | 'front' | 'stop'> {
  const now = async () => {
    const { rows } = await pool.query<{ now: number }>(
      'select extract(epoch from clock_timestamp())::float8 * 1000 as now',
    );
    return rows[0]?.now ?? 0;
  };
  const runs = async (where: string, values: readonly string[]) =>
    (await pool.query<WatchedRun>(`${RUNS} ${where} order by o.created_at`, [...values])).rows;
  return {
    operations: (service, environment) =>
      runs('where o.service = $1 and o.environment = $2', [service, environment]),
    operation: async (id) => {
      const [run] = await runs('where o.id = $1', [id]);
      if (run === undefined) throw new Error(`operation ${id} is not stored`);
      return run;
    },
    count: async () => (await pool.query('select from slipway.operations')).rowCount ?? 0,
    workingOnDelivery: async () => {
      const { rows } = await pool.query<{ pid: number }>(
        `select e.pid from slipway.inbox i join slipway.executors e on e.id = i.claimed_by
         where i.done_at is null and i.delivery ->> 'kind' = 'command'`,
      );
      return all.find((replica) => replica.pid() === rows[0]?.pid);
    },
    runnerOf: (run) => all.find((replica) => run.pid !== null && replica.pid() === run.pid),
    kill: async (replica) => {
      const at = await now();
      await all.find((one) => one === replica)?.kill();
      return at;
    },
    moveElsewhere: async (replica) => {
      await pool.query("update slipway.executors set host = 'elsewhere' where pid = $1", [replica.pid()]);
    },
    takeovers: async () => {
      const { rows } = await pool.query<{ pid: number; after: number }>(
        `select pid, extract(epoch from taken_over_at - renewed_at)::float8 * 1000 as after
         from slipway.takeovers order by taken_over_at`,
      );
      return rows;
    },
  };
}

/** Looks until it is as wanted; fails with how it is after a minute. */
export async function until<T>(look: () => Promise<T>, wanted: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + LIMIT;
  for (;;) {
    const seen = await look();
    if (wanted(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
