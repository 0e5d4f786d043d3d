import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { pushApp } from '../../support/host/app-images.ts';
import {
  type DockerEngine,
  startDockerEngine,
  startRegistry,
  type TestRegistry,
} from '../../support/host/docker-engine.ts';
import { makePostgresImage } from '../../support/host/postgres-container.ts';
import { freePort, startTestHost, type TestHost } from '../../support/host/test-host.ts';
import { type RunningBot, startBotWithPlayground } from '../../support/running-bot.ts';
import { type SeenMessage, says, type TestPerson, wordsOf } from '../../support/workspace.ts';

const EXAMPLE = readFileSync('manifests/examples/saga-forge.yaml', 'utf8');

/** What migrates: it notes in the mounted directory that it ran, and from which version. */
const MIGRATE = '#!/bin/sh\necho "$(cat /www/version) $*" >>/data/migrated\n';

describe('SagaForge, by its own config', () => {
  let server: TestHost;
  let engine: DockerEngine;
  let registry: TestRegistry;
  let running: RunningBot;
  let ana: TestPerson;
  let bo: TestPerson;
  let directory: string;
  let port: number;

  beforeAll(async () => {
    [server, engine, registry] = await Promise.all([startTestHost(), startDockerEngine(), startRegistry()]);
    const files = { 'bin/python': MIGRATE, 'www/healthz': 'healthy\n', 'www/monitoring/health': 'healthy\n' };
    for (const part of ['api', 'worker', 'webui']) {
      pushApp(engine, `${registry.host}/saga/${part}`, [
        { version: 'v1.0.0', files },
        { version: 'v1.1.0', files },
        { version: 'v1.2.0', files, ...(part === 'worker' ? { broken: 'no such table: worlds' } : {}) },
      ]);
    }
    makePostgresImage(engine);
    directory = path.join(server.home, 'opt/saga-forge');
    port = await freePort();
    await startProject();
    running = await startBotWithPlayground({}, (config) => {
      const { deployer: developers, approver: managers } = config.roles;
      const roles = { ...config.roles, developers, 'release-managers': managers };
      Object.assign(config, exampleHere(), { roles });
    });
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
  });
  afterAll(async () => {
    await running?.stop();
    await Promise.all([server?.stop(), registry?.stop(), engine?.stop()]);
  });

  function compose(...words: readonly string[]): string {
    return engine.compose(directory, '-f', 'docker-compose.prod.yml', ...words);
  }

  function sql(text: string): string {
    return compose(
      'exec',
      '-T',
      'postgres',
      'psql',
      '-qAt',
      '-U',
      'saga',
      '-d',
      'sagaforge',
      '-c',
      text,
    ).trim();
  }

  async function startProject(): Promise<void> {
    mkdirSync(path.join(directory, 'data'), { recursive: true });
    // Where backups go must stand on a disk that is there.
    mkdirSync(path.join(server.home, 'srv'), { recursive: true });
    const part = (name: string) => ({
      image: `${registry.host}/saga/${name}:\${IMAGE_TAG}`,
      stop_signal: 'SIGKILL',
      volumes: ['./data:/data'],
    });
    const api = { ...part('api'), ports: [`127.0.0.1:${port}:8080`] };
    const postgres = { image: 'slipway-postgres:test', volumes: ['postgres_data:/data'] };
    const services = { api, worker: part('worker'), webui: part('webui'), postgres };
    const project = { version: '3.7', services, volumes: { postgres_data: {} } };
    writeFileSync(path.join(directory, 'docker-compose.prod.yml'), JSON.stringify(project));
    writeFileSync(path.join(directory, '.env'), 'POSTGRES_PASSWORD=x\nIMAGE_TAG=v1.0.0\n');
    compose('up', '-d');
    await vi.waitFor(() => sql('SELECT 1'), { timeout: 60_000, interval: 500 });
    sql("CREATE TABLE world (name text); INSERT INTO world VALUES ('neo_taipei')");
  }

  /** The example with this machine's addresses in the place of theirs. */
  function exampleHere(): object {
    const config = parse(EXAMPLE.replaceAll('registry.example', registry.host));
    config.hosts['saga-1'] = server.config({ environment: { DOCKER_HOST: engine.address } });
    const place = config.services.saga.environments.production;
    place.target.directory = directory;
    place.target.url = `http://127.0.0.1:${port}`;
    place.target.ready = '30s';
    place.backup.provider.directory = path.join(server.home, 'srv/backups');
    return config;
  }

  async function approved(text: string, end: string, ...words: readonly string[]): Promise<SeenMessage> {
    await ana.command('deploys', text);
    const asked = await ana.see('deploys', says(...words, 'Waiting for approval'));
    await bo.click('deploys', asked, 'Approve');
    return bo.see('deploys', (message) => message.ts === asked.ts && says(end)(message));
  }

  async function version(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${port}/version`)).text();
  }

  function migrations(): readonly string[] {
    const file = path.join(directory, 'data/migrated');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  it('upgrades as one deploy: backup, pull, migrate, up, verify', async () => {
    const done = await approved('/deploy saga v1.1.0', 'Done', 'Deploy saga to production');
    expect(wordsOf(done)).toContain('Done');
    expect(await version()).toBe('api v1.1.0\n');
    expect(migrations()).toEqual(['api v1.1.0 scripts/migrate_database.py']);
    expect(wordsOf(await ana.ask('deploys', '/backup list saga'))).toMatch(/bk-\w+/);
  });

  it('says plainly that data changed when it fails after the migration, and offers the restore', async () => {
    const undone = await approved('/deploy saga v1.2.0', 'Undone', 'Deploy saga to production', 'v1.2.0');
    expect(wordsOf(undone)).toContain('no such table: worlds');
    expect(wordsOf(undone)).toContain('Data had already been changed');
    expect(wordsOf(undone)).toMatch(/\/backup restore bk-\w+/);
    expect(await version()).toBe('api v1.1.0\n');
    expect(migrations()).toHaveLength(2);
  });

  it('restores the data only when somebody asks and another approves', async () => {
    sql("UPDATE world SET name = 'lost'");
    const list = wordsOf(await ana.ask('deploys', '/backup list saga'));
    const [id = ''] = /bk-\w+/.exec(list) ?? [];
    await bo.command('deploys', `/backup restore ${id}`);
    const asked = await bo.see('deploys', says('Waiting for approval', id));
    const other = running.workspace.person('chen');
    await other.click('deploys', asked, 'Approve');
    await bo.see('deploys', (message) => message.ts === asked.ts && says('Done')(message));
    expect(sql('SELECT name FROM world')).toBe('neo_taipei');
  });

  it('goes back to a named version', async () => {
    const done = await approved('/rollback saga production to v1.0.0', 'Done', 'Roll back saga');
    expect(wordsOf(done)).toContain('Done');
    expect(await version()).toBe('api v1.0.0\n');
  });
});
