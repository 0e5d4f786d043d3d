import { writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { createTestDatabase } from './database.ts';
import { changedDemoConfig, type DemoConfig } from './demo-config.ts';
import { freePort, type ShippedProcess, startShipped, temporaryDirectory } from './processes.ts';
import { startReverseProxy } from './reverse-proxy.ts';
import { openWorkspace, type TestWorkspace } from './workspace.ts';

/** One bot of several on the same database. */
export interface Replica {
  readonly port: number;
  process(): ShippedProcess;
  /** kill -9, and a new one in its place. */
  replace(): Promise<void>;
}

/** How an operation is, and who works on it. */
export interface WatchedRun {
  readonly id: string;
  readonly state: string;
  /** The process ID of the replica that runs it; null while none does. */
  readonly pid: number | null;
  readonly executorId: string | null;
  /** `create-revision running`, … in the order of the plan. */
  readonly steps: readonly string[];
}

/** A playground in a process of its own, one PostgreSQL, and several bots. */
export interface Replicas {
  readonly workspace: TestWorkspace;
  readonly all: readonly Replica[];
  operations(): Promise<readonly WatchedRun[]>;
  operation(id: string): Promise<WatchedRun>;
  /** The replica with that process; undefined when it is gone. */
  withPid(pid: number | null): Replica | undefined;
  /** Ends every database connection of one replica, as a network that is cut would. */
  cutOff(replica: Replica): Promise<number>;
  stop(): Promise<void>;
}

/** How Slack reaches the bots: each by a connection of its own, or all behind one address. */
export type Reach = 'socket' | 'http';

/** Starts that many bots side by side, on a database of their own; `configure` changes the demo's config. */
export async function startReplicas(
  count: number,
  reach: Reach,
  configure: (config: DemoConfig) => void,
): Promise<Replicas> {
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
  const playgroundUrl = playground.url('Playground');
  const config = path.join(directory.path, 'slipway.yaml');
  const transport = (changed: DemoConfig) => {
    changed.slack.transport = reach;
    configure(changed);
  };
  writeFileSync(config, await changedDemoConfig(playgroundUrl, transport));
  const all: Replica[] = [];
  for (let n = 0; n < count; n += 1) {
    const port = await freePort();
    const replica = await startReplica(port, {
      PORT: String(port),
      DATABASE_URL: `${database.url}?application_name=${nameOf(port)}`,
      SLIPWAY_DATA: path.join(directory.path, nameOf(port)),
      SLIPWAY_PLAYGROUND: playgroundUrl,
      SLIPWAY_CONFIG: config,
    });
    stack.defer(async () => void (await replica.process().stop()));
    all.push(replica);
  }
  const rows = async (where: string, values: readonly string[]) =>
    (
      await watching.query<WatchedRun>(`${RUNS} ${where} group by o.id, e.pid, e.id order by o.created_at`, [
        ...values,
      ])
    ).rows;
  const workspace = await openWorkspace(playgroundUrl);
  if (reach === 'http') {
    const ports = all.map(({ port }) => port);
    const proxy = await startReverseProxy(path.join(directory.path, 'nginx'), ports);
    stack.defer(() => proxy.stop());
    await workspace.lever('delivery', { kind: 'http', url: `${proxy.url}/slack/events` });
  }
  const owned = stack.move();
  return {
    workspace,
    all,
    operations: () => rows('', []),
    operation: async (id) => {
      const [run] = await rows('where o.id = $1', [id]);
      if (run === undefined) throw new Error(`operation ${id} is not stored`);
      return run;
    },
    withPid: (pid) => all.find((replica) => replica.process().pid === pid),
    cutOff: async (replica) => {
      const { rowCount } = await watching.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1',
        [nameOf(replica.port)],
      );
      return rowCount ?? 0;
    },
    stop: () => owned.disposeAsync(),
  };
}

/** The name under which a replica's connections are known to the server. */
function nameOf(port: number): string {
  return `replica-${port}`;
}

const RUNS = `
  select o.id, o.state, e.pid, e.id as "executorId",
    coalesce(array_agg(s.id || ' ' || s.state order by s.ordinal) filter (where s.id is not null), '{}') as steps
  from slipway.operations o
  left join slipway.steps s on s.operation_id = o.id
  left join dbos.workflow_status w on w.workflow_uuid = o.id
  left join slipway.executors e on e.id = w.executor_id`;

async function startReplica(port: number, env: Readonly<Record<string, string>>): Promise<Replica> {
  const start = () => startShipped(['start'], { env, ready: 'Slipway ready' });
  let running = await start();
  return {
    port,
    process: () => running,
    replace: async () => {
      await running.kill();
      running = await start();
    },
  };
}
