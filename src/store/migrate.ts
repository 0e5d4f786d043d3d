import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { LOCKS } from './advisory-locks.ts';
import { type Database, inTransaction, type Queryable } from './database.ts';

const DIRECTORY = path.join(import.meta.dirname, 'migrations');

/**
 * Brings the schema up to date: runs each file of `migrations/` that has not run yet, in the order of
 * their names, in one transaction. Several replicas may call it at once.
 */
export async function migrate(database: Database): Promise<void> {
  await inTransaction(database, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCKS.migration]);
    await tx.query('create schema if not exists slipway');
    await tx.query(
      'create table if not exists slipway.migrations (name text primary key, ran_at timestamptz not null default now())',
    );
    const ran = await namesOfMigrations(tx);
    for (const name of readdirSync(DIRECTORY).sort()) {
      if (!ran.has(name)) await runMigration(tx, name);
    }
  });
}

async function namesOfMigrations(tx: Queryable): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ name: string }>('select name from slipway.migrations');
  return new Set(rows.map((row) => row.name));
}

async function runMigration(tx: Queryable, name: string): Promise<void> {
  await tx.query(readFileSync(path.join(DIRECTORY, name), 'utf8'));
  await tx.query('insert into slipway.migrations (name) values ($1)', [name]);
}
