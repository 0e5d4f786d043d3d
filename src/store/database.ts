import pg from 'pg';

/** What queries run on: the pool, or one connection inside a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** The bot's PostgreSQL. All its tables are in the schema `slipway`. */
export type Database = pg.Pool;

/** Opens a pool; it connects when first used. `onError` hears of idle connections that broke. */
export function openDatabase(url: string, onError: (error: Error) => void): Database {
  const config = {
    connectionString: url,
    max: 12,
    connectionTimeoutMillis: 5_000,
    // A network that loses packets without a word must not hold anybody for ever.
    query_timeout: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    options: '-c search_path=slipway',
    application_name: 'slipway',
  };
  return openPool(config, onError);
}

/**
 * A pool that outlives each of its connections. The pool listens to those that are idle, and who uses one listens to
 * it; while it passes from one to the other nobody does, and an end that arrives in one piece with the last answer
 * would end the process. The next query on it fails all the same.
 */
export function openPool(config: pg.PoolConfig, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Runs `work` in one transaction: committed if it returns, rolled back if it throws. */
export async function inTransaction<T>(database: Database, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await database.connect();
  let broken: Error | undefined;
  // A connection that is cut between two queries tells it as an event; the next query rejects as well.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}
