import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';

/** The PostgreSQL that a bot keeps in its data directory, to be ended, frozen and asked from outside. */
export interface BotPostgres {
  pid(): number;
  /** Server and every connection of it stand still, until {@link BotPostgres.thaw}. */
  freeze(): void;
  thaw(): void;
  /** Ends the server as a crash would. */
  kill(): void;
  /** Ends every connection that the bot has. */
  cutConnections(): Promise<number>;
  /** Runs statements on a connection of its own. */
  query(sql: string): Promise<readonly Record<string, unknown>[]>;
}

export function botPostgres(dataDir: string): BotPostgres {
  const line = (n: number) =>
    readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[n] ?? '';
  const pid = () => {
    const found = Number(line(0));
    // Signals to 0 go to our own process group.
    if (!(found > 1)) throw new Error(`no PostgreSQL runs in ${dataDir}`);
    return found;
  };
  const signal = (name: NodeJS.Signals) => {
    process.kill(pid(), name);
    for (const child of childrenOf(pid())) signalIfThere(child, name);
  };
  const query = async (sql: string) => {
    const password = readFileSync(path.join(dataDir, 'postgres.password'), 'utf8').trim();
    const client = new pg.Client(`postgres://slipway:${password}@127.0.0.1:${line(3)}/slipway`);
    // Of a server that ends it is told by what it was asked; an event without a listener would end the whole run.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    pid,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    kill: () => process.kill(pid(), 'SIGKILL'),
    cutConnections: async () => {
      const cut = await query(
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and usename is not null',
      );
      return cut.length;
    },
    query,
  };
}

function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(name) === parent)
    .map(Number);
}

/** A connection may be ending by itself just now. */
function signalIfThere(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Field 4 of proc(5); the name before it is in parentheses and may hold spaces. */
function parentOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}
