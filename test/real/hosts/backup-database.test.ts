import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { pgDumpBackupConfig } from '../../../integrations/host-backup/config.ts';
import { createHostBackups } from '../../../integrations/host-backup/provider.ts';
import { hostsConfig } from '../../../integrations/ssh/config.ts';
import { createSshHosts } from '../../../integrations/ssh/hosts.ts';
import type { StoredBackup } from '../../../src/domain/backup.ts';
import { drive, driveStep, forgetIntents } from '../../contract/backup/drive.ts';
import { type BackupWorld, backupSuite, stepsOf } from '../../contract/backup/suite.ts';
import { type DockerEngine, startDockerEngine } from '../../support/host/docker-engine.ts';
import {
  makePostgresImage,
  type PostgresProject,
  startPostgresProject,
} from '../../support/host/postgres-container.ts';
import { startTestHost, type TestHost } from '../../support/host/test-host.ts';

const SEED = `
  drop schema if exists public cascade; create schema public; drop schema if exists shop cascade; create schema shop;
  create table note (text text);
  create table "odd ""name; $(x)" (id int primary key, at timestamptz, raw bytea, "t" text);
  insert into "odd ""name; $(x)" select n, now(), decode(md5(n::text), 'hex'), 'row ' || n from generate_series(1, 5000) n;
  create table shop.orders (id serial primary key, total numeric);
  insert into shop.orders (total) select n * 1.5 from generate_series(1, 300) n;
  create view shop.sums as select sum(total) from shop.orders;
  create function shop.plus(int) returns int language sql as 'select $1 + 1';
  insert into note values ('seeded');`;

let engine: DockerEngine;
let server: TestHost;
let saga: PostgresProject;

beforeAll(async () => {
  engine = await startDockerEngine();
  server = await startTestHost();
  makePostgresImage(engine);
  saga = await startPostgresProject(engine, 'saga-forge');
}, 180_000);
afterAll(async () => {
  saga?.stop();
  await server?.stop();
  await engine?.stop();
});
beforeEach(async () => {
  forgetIntents();
  await server.forgetRuns();
});

async function databaseWorld(
  more: { readonly user?: string } = {},
): Promise<BackupWorld & { readonly directory: string }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'slipway-dumps-'));
  const config = hostsConfig.parse({
    'saga-1': server.config({ environment: { DOCKER_HOST: engine.address } }),
  });
  const { project, service, user, database } = saga;
  const provider = createHostBackups(
    pgDumpBackupConfig.parse({
      ...{ kind: 'pg-dump', host: 'saga-1', directory: `${directory}/kept` },
      ...{ project, service, user, database, ...more },
    }),
    createSshHosts(config),
  );
  saga.sql(SEED);
  onTestFinished(async () => {
    await provider.close();
    await rm(directory, { recursive: true });
  });
  return {
    directory: `${directory}/kept`,
    provider,
    write: async (content) => void saga.sql(`update note set text = '${content}'`),
    content: async () => saga.sql('select text from note'),
  };
}

backupSuite('pg_dump in a compose container', databaseWorld);

describe('the dump of a database', () => {
  async function made(world: BackupWorld, operation: string): Promise<StoredBackup> {
    await drive(world.provider, await world.provider.planBackup(), operation);
    const [backup] = await world.provider.list();
    if (backup === undefined) throw new Error('no backup');
    return backup;
  }

  it('is verified row by row in a scratch database that does not outlive it', async () => {
    const world = await databaseWorld();
    const backup = await made(world, 'op-rows');
    const [end] = await drive(world.provider, await world.provider.planVerification(backup), 'op-check');
    expect(end).toEqual({
      phase: 'succeeded',
      message: '3 tables with 5301 rows, the same checksums',
    });
    expect(saga.sql("select count(*) from pg_database where datname like 'slipway%'")).toBe('0');
    expect((await readdir(world.directory)).sort()).toEqual([
      '.slipway-work',
      'bk-rows.check',
      'bk-rows.json',
      'bk-rows.sql.gz',
    ]);
  });

  it('brings back dropped tables, rows and functions, and takes away what came after it', async () => {
    const world = await databaseWorld();
    const backup = await made(world, 'op-before');
    saga.sql('drop table shop.orders cascade; drop function shop.plus; create table public.later (x int)');
    saga.sql('delete from "odd ""name; $(x)" where id > 10');
    await drive(world.provider, await world.provider.planBackup(), 'op-restore');
    const ends = await drive(world.provider, await world.provider.planRestore(backup), 'op-restore');
    expect(ends.at(-1)?.message).toBe(
      'What is there now is what was backed up: 3 tables with 5301 rows, the same checksums.',
    );
    expect(saga.sql('select count(*), shop.plus(1) from shop.orders')).toBe('300|2');
    expect(saga.sql("select to_regclass('public.later') is null")).toBe('t');
    // The sequence goes on behind the last row.
    expect(saga.sql("select nextval('shop.orders_id_seq')")).toBe('301');
  });

  it('brings back large objects, publications, event triggers, and who owns what', async () => {
    const world = await databaseWorld();
    saga.sql(`
      create role keeper; alter table shop.orders owner to keeper;
      select lo_from_bytea(0, 'large');
      create publication all_of_it for table shop.orders;
      create function watch() returns event_trigger language plpgsql as 'begin end';
      create event trigger watching on ddl_command_end execute function watch()`);
    onTestFinished(() => {
      saga.sql(`drop event trigger watching; drop publication all_of_it;
        select lo_unlink(oid) from pg_largeobject_metadata; drop owned by keeper cascade; drop role keeper`);
    });
    const backup = await made(world, 'op-more');
    await drive(world.provider, await world.provider.planBackup(), 'op-bring');
    await world.write('later');
    const ends = await drive(world.provider, await world.provider.planRestore(backup), 'op-bring');
    expect(ends.at(-1)).toMatchObject({ phase: 'succeeded' });
    expect(await world.content()).toBe('seeded');
    expect(saga.sql("select tableowner from pg_tables where tablename = 'orders'")).toBe('keeper');
    expect(saga.sql("select convert_from(lo_get(oid), 'UTF8') from pg_largeobject_metadata")).toBe('large');
    expect(
      saga.sql('select (select count(*) from pg_publication) + (select count(*) from pg_event_trigger)'),
    ).toBe('2');
  });

  it('warns whose things would belong to its user after a restore, where that is no superuser', async () => {
    const world = await databaseWorld({ user: 'clerk' });
    saga.sql(`create role clerk login; create role keeper;
      alter table shop.orders owner to keeper; alter table note owner to clerk`);
    onTestFinished(() => void saga.sql('drop owned by keeper, clerk cascade; drop role keeper, clerk'));
    const planned = await world.provider.planBackup();
    expect(planned.ok && planned.value.warnings).toEqual([
      expect.stringMatching(
        /^clerk is no superuser of \w+: what keeper, \w+ own there would belong to clerk/,
      ),
    ]);
    const byOwner = await (await databaseWorld()).provider.planBackup();
    expect(byOwner.ok && byOwner.value.warnings).toEqual([]);
  });

  it('fails its verification where a row is another one than was dumped', async () => {
    const world = await databaseWorld();
    const backup = await made(world, 'op-other');
    const check = `${world.directory}/bk-other.check`;
    await writeFile(check, (await readFile(check, 'utf8')).replace(/\|5000\|\d+/, '|5000|1'));
    const [end] = await drive(world.provider, await world.provider.planVerification(backup), 'op-check2');
    expect(end).toMatchObject({ phase: 'failed', problem: 'unhealthy' });
    expect(end?.message).toContain('odd "name; $(x)|5000|1');
  });

  it('leaves the database as it is when what would be there is not what was backed up', async () => {
    const world = await databaseWorld();
    const backup = await made(world, 'op-wrong');
    const check = `${world.directory}/bk-wrong.check`;
    await appendFile(check, 'public.missing|1|1\n');
    await world.write('later');
    await drive(world.provider, await world.provider.planBackup(), 'op-put');
    await world.write('written meanwhile');
    const restore = await world.provider.planRestore(backup);
    const ends = await drive(world.provider, restore, 'op-put');
    expect(ends.at(-1)).toMatchObject({ phase: 'failed', problem: 'unhealthy' });
    expect(await world.content()).toBe('written meanwhile');
    const undo = stepsOf(restore).flatMap((step) => step.undo ?? []);
    for (const step of undo) {
      expect(await driveStep(world.provider, step, 'op-put')).toEqual({
        phase: 'succeeded',
        message: 'Nothing had been changed.',
      });
    }
    expect(undo).toHaveLength(1);
    expect(await world.content()).toBe('written meanwhile');
  });

  it('shows one moment, although rows are written all the time', async () => {
    const world = await databaseWorld();
    const writing = setInterval(() => saga.sql('insert into shop.orders (total) values (7)'), 60);
    onTestFinished(() => clearInterval(writing));
    const backup = await made(world, 'op-busy');
    clearInterval(writing);
    const [end] = await drive(world.provider, await world.provider.planVerification(backup), 'op-check3');
    expect(end).toMatchObject({ phase: 'succeeded' });
  });

  it('says so when the container does not run', async () => {
    const config = hostsConfig.parse({
      'saga-1': server.config({ environment: { DOCKER_HOST: engine.address } }),
    });
    const { user, database } = saga;
    const provider = createHostBackups(
      pgDumpBackupConfig.parse({
        ...{ kind: 'pg-dump', host: 'saga-1', directory: '/tmp/slipway-nothing' },
        ...{ project: 'nobody', service: 'postgres', user, database },
      }),
      createSshHosts(config),
    );
    onTestFinished(() => provider.close());
    expect(await drive(provider, await provider.planBackup(), 'op-none')).toMatchObject([
      {
        phase: 'failed',
        problem: 'not-found',
        message: 'no container of service postgres in project nobody is running',
      },
    ]);
  });
});
