import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';

const LIMIT = 45_000;
const OPEN = ['awaiting-approval', 'running'];

/** How an operation and its steps are, as the bot's own database has it. */
export interface WatchedOperation {
  readonly id: string;
  readonly state: string;
  /** `create-revision running`, `create-revision succeeded`, … in the order of the plan. */
  readonly steps: readonly string[];
}

/** A step of a canary that is being watched. */
export interface WatchedPause {
  readonly percent: number;
  readonly endsAt: Date;
}

/** Reads the embedded database of a bot from outside, also while the bot is dead. */
export interface OperationWatch {
  newest(): Promise<WatchedOperation | null>;
  /** How each operation stands, oldest first. */
  states(): Promise<readonly string[]>;
  /** Waits until the newest operation is in that state; fails at once if it ended in another. */
  until(state: string): Promise<WatchedOperation>;
  /** The ID of the operation that comes of this work. */
  begun(work: () => Promise<unknown>): Promise<string>;
  /** How far the newest canary is; null while no step of it is being watched. */
  pause(): Promise<WatchedPause | null>;
  /** When the newest canary was moved, and how far. */
  moves(): Promise<readonly { readonly percent: number; readonly at: Date }[]>;
  count(): Promise<number>;
  close(): Promise<void>;
}

/** Connects to the PostgreSQL that a bot keeps in its data directory. */
export async function watchOperations(dataDir: string): Promise<OperationWatch> {
  const password = readFileSync(path.join(dataDir, 'postgres.password'), 'utf8').trim();
  const port = readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[3];
  const client = new pg.Client(`postgres://slipway:${password}@127.0.0.1:${port}/slipway`);
  await client.connect();
  const newest = async () => {
    const { rows } = await client.query<WatchedOperation>(
      `select o.id, o.state, coalesce(array_agg(s.id || ' ' || s.state order by s.ordinal)
         filter (where s.id is not null), '{}') as steps
       from (select * from slipway.operations order by created_at desc limit 1) o
       left join slipway.steps s on s.operation_id = o.id group by o.id, o.state`,
    );
    return rows[0] ?? null;
  };
  const count = async () => {
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::int as count from slipway.operations',
    );
    return rows[0]?.count ?? 0;
  };
  return {
    newest,
    states: async () => {
      const { rows } = await client.query<{ state: string }>(
        'select state from slipway.operations order by created_at',
      );
      return rows.map(({ state }) => state);
    },
    until: async (state) => {
      const deadline = Date.now() + LIMIT;
      for (;;) {
        const found = await newest();
        if (found?.state === state) return found;
        const over = found !== null && !OPEN.includes(found.state);
        if (over || Date.now() > deadline) throw new Error(`not ${state}: ${JSON.stringify(found)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    pause: async () => {
      const { rows } = await client.query<WatchedPause>(
        `select percent, pause_ends_at as "endsAt" from slipway.canaries c
         join slipway.operations o on o.id = c.operation_id
         where o.state = 'running' and pause_ends_at is not null order by o.created_at desc limit 1`,
      );
      return rows[0] ?? null;
    },
    moves: async () => {
      const { rows } = await client.query<{ percent: number; at: Date }>(
        `select percent, at from slipway.canary_moves where operation_id =
           (select id from slipway.operations where kind = 'canary' order by created_at desc limit 1)
         order by number`,
      );
      return rows;
    },
    begun: (work) => begun(count, newest, work),
    count,
    close: () => client.end(),
  };
}

async function begun(
  count: () => Promise<number>,
  newest: () => Promise<WatchedOperation | null>,
  work: () => Promise<unknown>,
): Promise<string> {
  const before = await count();
  await work();
  const deadline = Date.now() + LIMIT;
  while ((await count()) === before) {
    if (Date.now() > deadline) throw new Error('no operation came of it');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return (await newest())?.id ?? '';
}
