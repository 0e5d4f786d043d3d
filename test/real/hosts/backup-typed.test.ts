import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DemoConfig } from '../../support/demo-config.ts';
import { quick } from '../../support/demo-config.ts';
import { type DockerEngine, startDockerEngine } from '../../support/host/docker-engine.ts';
import {
  makePostgresImage,
  type PostgresProject,
  startPostgresProject,
} from '../../support/host/postgres-container.ts';
import { startTestHost, type TestHost } from '../../support/host/test-host.ts';
import { type RunningBot, startBotWithPlayground } from '../../support/running-bot.ts';
import { type OperationWatch, watchOperations } from '../../support/watched-operations.ts';
import { says, type TestPerson, wordsOf } from '../../support/workspace.ts';

const ROWS = 150_000;

describe('/backup of a database on a host, as it is typed', () => {
  let engine: DockerEngine;
  let server: TestHost;
  let second: TestHost;
  let saga: PostgresProject;
  let directory: string;
  let running: RunningBot;
  let watch: OperationWatch;
  let ana: TestPerson;
  let bo: TestPerson;

  beforeAll(async () => {
    engine = await startDockerEngine();
    [server, second] = [await startTestHost(), await startTestHost()];
    makePostgresImage(engine);
    saga = await startPostgresProject(engine, 'saga-typed');
    saga.sql(
      `create table world (id int primary key, name text); insert into world select n, repeat(md5(n::text), 4) from generate_series(1, ${ROWS}) n`,
    );
    directory = await mkdtemp(path.join(tmpdir(), 'slipway-typed-'));
    running = await startBotWithPlayground({}, configure);
    watch = await watchOperations(`${running.directory}/bot`);
    [ana, bo] = [running.workspace.person('ana'), running.workspace.person('bo')];
  }, 240_000);
  afterAll(async () => {
    await watch?.close();
    await running?.stop();
    saga?.stop();
    await server?.stop();
    await second?.stop();
    await engine?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  function configure(config: DemoConfig): void {
    quick(config);
    const production = config.services.api?.environments.production;
    if (production === undefined) throw new Error('the demo has no production');
    const { project, service, user, database } = saga;
    const kept = { host: 'saga-1', directory: `${directory}/kept` };
    const copy = { host: 'backup-1', directory: `${directory}/second` };
    production.backup = {
      provider: { kind: 'pg-dump', ...kept, project, service, user, database, copy },
      retention: { count: 5 },
    };
    config.hosts = {
      'saga-1': server.config({ environment: { DOCKER_HOST: engine.address } }),
      'backup-1': second.config(),
    };
  }

  const rows = () => saga.sql('select count(*) from world');
  const done = (id: string) => ana.see('deploys', says(id, 'Done'));

  async function backUp(): Promise<string> {
    const id = await watch.begun(() => ana.command('deploys', '/backup api production'));
    await done(id);
    return id.replace('op-', 'bk-');
  }

  async function killDuring(step: string): Promise<void> {
    await expect
      .poll(async () => (await watch.newest())?.steps, { timeout: 60_000, interval: 5 })
      .toContain(`${step} running`);
    await running.killBot();
    await running.startBot();
  }

  async function restore(backup: string): Promise<string> {
    const id = await watch.begun(() => ana.command('deploys', `/backup restore ${backup}`));
    const question = await ana.see('deploys', says(id, 'approve'));
    await bo.react('deploys', question.ts, 'white_check_mark');
    return id;
  }

  it('is made and copied, listed, verified, and found back by a restore after rows were lost', async () => {
    const backup = await backUp();
    const listed = wordsOf(await ana.ask('deploys', '/backup list'));
    for (const part of [backup, 'database sagaforge', 'also at backup-1:', 'not verified yet']) {
      expect(listed).toContain(part);
    }
    const verification = await watch.begun(() => ana.command('deploys', `/backup verify ${backup}`));
    expect(wordsOf(await done(verification))).toContain(`1 table with ${ROWS} rows, the same checksums`);
    saga.sql('delete from world where id > 10');
    const end = wordsOf(await done(await restore(backup)));
    expect(end).toContain(`${ROWS} rows`);
    expect(rows()).toBe(`${ROWS}`);
  });

  it('is undone by the button, which restores what was there before', async () => {
    const backup = await backUp();
    saga.sql("insert into world values (-1, 'later')");
    const id = await restore(backup);
    const end = await done(id);
    expect(rows()).toBe(`${ROWS}`);
    const undo = await watch.begun(() => ana.click('deploys', end, 'Undo the restore'));
    const question = await ana.see('deploys', says(undo, 'approve'));
    await bo.react('deploys', question.ts, 'white_check_mark');
    await done(undo);
    expect(rows()).toBe(`${ROWS + 1}`);
  });

  it('survives kill -9 in the middle of a backup: one is made, whole and once', async () => {
    const id = await watch.begun(() => ana.command('deploys', '/backup api production'));
    await killDuring('make-backup');
    await done(id);
    const backup = id.replace('op-', 'bk-');
    const verification = await watch.begun(() => ana.command('deploys', `/backup verify ${backup}`));
    await done(verification);
  });

  it('survives kill -9 in the middle of a restore: the data is back, once', async () => {
    const backup = await backUp();
    const before = rows();
    saga.sql('delete from world where id > 20');
    const id = await restore(backup);
    await killDuring('restore-backup');
    await done(id);
    expect(rows()).toBe(before);
  });
});
