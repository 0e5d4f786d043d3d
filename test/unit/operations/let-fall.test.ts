import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { OperationView } from '../../../src/domain/operation.ts';
import { MISSED } from '../../../src/operations/running.ts';
import { takeOverOnce } from '../../../src/operations/takeover.ts';
import { createOperationsWorld, deployToStaging, type OperationsWorld } from '../../support/operations.ts';

/** Milliseconds that a managed database takes to fail over, at best. */
const OUTAGE = 4_000;
const READ_ONLY = '25006';
const ended = ({ operation }: OperationView) => operation.endedAt !== null;

describe('an operation whose database refuses work, in a process that lives on', () => {
  let world: OperationsWorld;
  let deliveries = 0;
  beforeAll(async () => {
    world = await createOperationsWorld();
  });
  afterEach(async () => {
    await allow(world);
    world.staging.calls.length = 0;
    world.staging.script.clear();
  });
  afterAll(() => world.stop());

  async function deploy(): Promise<string> {
    deliveries += 1;
    return deployToStaging(world, `cmd:fall-${deliveries}`);
  }

  /** Deploys, up to a move that goes on until it is let go. */
  async function deployMoving(): Promise<{ readonly id: string; readonly go: () => void }> {
    let go = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    world.staging.script.set('move', async () => {
      await held;
      return { phase: 'succeeded', message: 'moved' };
    });
    const id = await deploy();
    await world.until(id, ({ steps }) => steps[1]?.state === 'running');
    return { id, go };
  }

  /** Takes over what is to be taken over until its workflow has ended. */
  const takenOver = (id: string) =>
    expect
      .poll(async () => {
        await takeOverOnce(world.context, world.engine);
        return world.engine.fate(id);
      })
      .toBe('ended');

  /** Deploys; from the end of the move on, whatever the engine writes is refused with that code. */
  async function deployRefused(code: string): Promise<string> {
    const { id, go } = await deployMoving();
    await refusing(world, code);
    go();
    await world.until(id, (view) => ended(view) || view.steps[1]?.state === 'succeeded');
    await expect.poll(() => refusals(world)).toBeGreaterThan(0);
    return id;
  }

  it('is taken over by the same process once its database takes work again', async () => {
    const id = await deployRefused(READ_ONLY);
    await allow(world);
    await takenOver(id);
    expect((await world.until(id, ended)).operation.state).toBe('succeeded');
    const tidied = world.staging.calls.filter((call) => call === 'start tidy');
    expect(tidied).toHaveLength(1);
  });

  it('is done no more of when it has ended with a fault of which its workflow knows nothing', async () => {
    const id = await deployRefused('XX000');
    await world.until(id, ended);
    // The step's end, that of the fault, and that of the whole.
    await expect.poll(() => refusals(world)).toBeGreaterThanOrEqual(3);
    await allow(world);
    world.staging.calls.length = 0;
    await takenOver(id);
    expect(world.staging.calls).toEqual([]);
    expect((await world.until(id, ended)).operation.outcome).toMatchObject({ code: 'fault' });
  });

  it('goes on after its database was read-only for a while, as one that fails over is', async () => {
    const { id, go } = await deployMoving();
    await readOnly(world, true);
    go();
    await expect.poll(() => world.context.lease.isHeld()).toBe(false);
    await delay(OUTAGE);
    await readOnly(world, false);
    await expect.poll(() => world.context.lease.isHeld()).toBe(true);
    await takenOver(id);
    expect((await world.until(id, ended)).operation.state).toBe('succeeded');
  });

  it('is not begun again while it runs, however often one looks for work to take over', async () => {
    const { id, go } = await deployMoving();
    for (let look = 0; look < 2 * MISSED; look += 1) await takeOverOnce(world.context, world.engine);
    go();
    expect((await world.until(id, ended)).operation.state).toBe('succeeded');
    expect(world.staging.calls.filter((call) => call === 'start move')).toHaveLength(1);
  });
});

/** Whatever the engine records is refused with that code from now on, and counted. */
async function refusing({ context: { database } }: OperationsWorld, code: string): Promise<void> {
  await database.query('create sequence if not exists dbos.refusals');
  await database.query(`
    create or replace function dbos.refuse() returns trigger language plpgsql as $$
    begin
      perform nextval('dbos.refusals');
      raise exception 'cannot execute this now' using errcode = '${code}';
    end $$`);
  for (const [table, when] of [
    ['operation_outputs', 'insert'],
    ['workflow_status', 'update'],
  ]) {
    await database.query(
      `create or replace trigger refuse before ${when} on dbos.${table} for each row execute function dbos.refuse()`,
    );
  }
}

async function refusals({ context: { database } }: OperationsWorld): Promise<number> {
  const { rows } = await database.query<{ called: boolean; last: string }>(
    'select is_called as called, last_value as last from dbos.refusals',
  );
  return rows[0]?.called === true ? Number(rows[0].last) : 0;
}

async function allow({ context: { database } }: OperationsWorld): Promise<void> {
  await database.query('drop trigger if exists refuse on dbos.operation_outputs');
  await database.query('drop trigger if exists refuse on dbos.workflow_status');
  await database.query('drop sequence if exists dbos.refusals');
}

/** Ends every session, so that the next ones may only read, or may write again. */
async function readOnly({ context: { database } }: OperationsWorld, on: boolean): Promise<void> {
  const { rows } = await database.query<{ name: string }>('select current_database() as name');
  const name = rows[0]?.name;
  const admin = new pg.Client(inject('postgresUrl'));
  await admin.connect();
  try {
    const set = on ? 'set default_transaction_read_only = on' : 'reset default_transaction_read_only';
    await admin.query(`alter database ${name} ${set}`);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  } finally {
    await admin.end();
  }
}
