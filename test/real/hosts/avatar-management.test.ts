import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { secretKey } from '../../../src/config/settings.ts';
import { pushApp } from '../../support/host/app-images.ts';
import {
  ACCOUNT,
  type DockerEngine,
  startDockerEngine,
  startRegistry,
  type TestRegistry,
} from '../../support/host/docker-engine.ts';
import { makePostgresImage } from '../../support/host/postgres-container.ts';
import { startTestHost, type TestHost } from '../../support/host/test-host.ts';
import { watchCreations } from '../../support/host/watch-creations.ts';
import { lastingPort } from '../../support/lasting-port.ts';
import { type RunningBot, startBotWithPlayground } from '../../support/running-bot.ts';
import { type SeenMessage, says, type TestPerson, wordsOf } from '../../support/workspace.ts';

const EXAMPLE = readFileSync('manifests/examples/avatar-management.yaml', 'utf8');
const TRAP = 'v0.9.0-trap';

/** The two environments of the handbook, as directories on one machine. */
const PLACES = {
  staging: { directory: '/opt/deploy-avatar', file: 'docker-compose.stage.yml' },
  production: { directory: '/opt/deploy-avatar-prod', file: 'docker-compose.prod.yml' },
} as const;
type Environment = keyof typeof PLACES;

describe('avatar management, by its own config', () => {
  let server: TestHost;
  let engine: DockerEngine;
  let registry: TestRegistry;
  let running: RunningBot;
  let ana: TestPerson;
  let bo: TestPerson;
  const ports = new Map<string, number>();

  beforeAll(async () => {
    [server, engine, registry] = await Promise.all([
      startTestHost({ variables: { IMAGE_TAG: TRAP } }),
      startDockerEngine(),
      startRegistry({ accounts: ACCOUNT.htpasswd }),
    ]);
    // What the handbook tells people to do, left behind in a profile.
    writeFileSync(path.join(server.home, '.bashrc'), `export IMAGE_TAG=${TRAP}\n`);
    engine.docker('login', '-u', ACCOUNT.username, '-p', ACCOUNT.password, registry.host);
    for (const part of ['api', 'frontend']) {
      pushApp(engine, `${registry.host}/rayhu/avatar-mgmt/${part}`, [
        { version: TRAP },
        { version: 'v1.1.0' },
        { version: 'v1.2.0' },
        { version: 'v1.3.0', ...(part === 'api' ? { broken: 'DIRECTUS_TOKEN is missing' } : {}) },
      ]);
    }
    makePostgresImage(engine);
    for (const environment of ['staging', 'production'] as const) await makeProject(environment);
    const variable = `REGISTRY_PASSWORD_${secretKey(registry.host)}`;
    running = await startBotWithPlayground({ [variable]: ACCOUNT.password }, (config) => {
      const { developers, managers } = { developers: config.roles.deployer, managers: config.roles.approver };
      Object.assign(config, exampleHere(), {
        roles: { ...config.roles, developers, 'release-managers': managers },
      });
    });
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
  });
  afterAll(async () => {
    await running?.stop();
    await Promise.all([server?.stop(), registry?.stop(), engine?.stop()]);
  });

  function directoryOf(environment: Environment): string {
    return path.join(server.home, PLACES[environment].directory);
  }

  async function makeProject(environment: Environment): Promise<void> {
    const directory = directoryOf(environment);
    mkdirSync(directory, { recursive: true });
    const [api, frontend] = await Promise.all([lastingPort(), lastingPort()]);
    ports.set(environment, api);
    const web = (part: string, port: number) => ({
      image: `${registry.host}/rayhu/avatar-mgmt/${part}:\${IMAGE_TAG}`,
      ports: [`127.0.0.1:${port}:8080`],
      stop_signal: 'SIGKILL',
      depends_on: ['db'],
    });
    const db = {
      image: 'slipway-postgres:test',
      volumes: ['avatar_db_data:/data'],
      healthcheck: {
        test: ['CMD', 'psql', '-U', 'saga', '-d', 'sagaforge', '-c', 'SELECT 1'],
        interval: '1s',
      },
    };
    const services = { api: web('api', api), frontend: web('frontend', frontend), db };
    const compose = { version: '3.7', services, volumes: { avatar_db_data: {} } };
    writeFileSync(path.join(directory, PLACES[environment].file), JSON.stringify(compose));
    writeFileSync(path.join(directory, '.env'), 'IMAGE_TAG=v1.1.0\n');
    const words = ['-f', PLACES[environment].file];
    engine.compose(directory, ...words, 'up', '-d');
    const sql = (text: string) =>
      engine.compose(
        directory,
        ...words,
        ...['exec', '-T', 'db', 'psql', '-U', 'saga', '-d', 'sagaforge', '-c', text],
      );
    await vi.waitFor(() => sql('SELECT 1'), { timeout: 60_000, interval: 500 });
    sql('CREATE ROLE directus SUPERUSER LOGIN');
    sql('CREATE DATABASE directus OWNER directus');
  }

  /** The example with this machine's addresses in the place of theirs. */
  function exampleHere(): object {
    const here = EXAMPLE.replaceAll('ghcr.io', registry.host);
    const config = parse(here);
    const host = server.config({ environment: { DOCKER_HOST: engine.address } });
    config.hosts = { 'avatar-staging': host, 'avatar-production': { ...host, address: 'localhost' } };
    for (const [environment, place] of Object.entries<Place>(config.services.avatar.environments)) {
      const address = `http://127.0.0.1:${ports.get(environment)}`;
      place.target.directory = path.join(server.home, place.target.directory);
      place.target.url = address;
      if (place.backup !== undefined) place.backup.provider.directory = path.join(server.home, 'kept');
      for (const check of place.verify) {
        if (check.http?.startsWith('http') === true) check.http = `${address}/version`;
      }
      if (place.watch !== undefined) place.watch = '2s';
    }
    return config;
  }

  /** What people get, by part. */
  async function versions(environment: Environment): Promise<string> {
    return (await fetch(`http://127.0.0.1:${ports.get(environment)}/version`)).text();
  }

  async function ended(text: string, ...words: readonly string[]): Promise<SeenMessage> {
    await ana.command('deploys', text);
    return ana.see('deploys', says(...words));
  }

  it('ships to staging: the version in the file wins over the one in the profile', async () => {
    const done = await ended('/deploy avatar v1.2.0 staging', 'Deploy avatar to staging', 'v1.2.0', 'Done');
    expect(wordsOf(done)).toContain('SELECT 1');
    expect(await versions('staging')).toBe('api v1.2.0\n');
    expect(readFileSync(path.join(directoryOf('staging'), '.env'), 'utf8')).toBe('IMAGE_TAG=v1.2.0\n');
    const images = engine.docker(
      'ps',
      '--format',
      '{{.Image}}',
      '--filter',
      'label=com.docker.compose.project=deploy-avatar',
    );
    expect(images).not.toContain(TRAP);
  });

  it('asks before production, and ships what was approved', async () => {
    const asked = await ended(
      '/deploy avatar v1.2.0 production',
      'Deploy avatar to production',
      'Waiting for approval',
    );
    expect(await versions('production')).toBe('api v1.1.0\n');
    await bo.click('deploys', asked, 'Approve');
    await bo.see('deploys', (message) => message.ts === asked.ts && says('Done')(message));
    expect(await versions('production')).toBe('api v1.2.0\n');
  });

  it('takes back a version that does not start, and tells its last words', async () => {
    const undone = await ended('/deploy avatar v1.3.0 staging', 'v1.3.0', 'Undone');
    expect(wordsOf(undone)).toContain('DIRECTUS_TOKEN is missing');
    expect(await versions('staging')).toBe('api v1.2.0\n');
    expect(readFileSync(path.join(directoryOf('staging'), '.env'), 'utf8')).toBe('IMAGE_TAG=v1.2.0\n');
  });

  it('goes back with the registry down', async () => {
    await registry.down();
    try {
      const asked = await ended('/rollback avatar production', 'Roll back avatar', 'Waiting for approval');
      await bo.click('deploys', asked, 'Approve');
      await bo.see('deploys', (message) => message.ts === asked.ts && says('Done')(message));
      expect(await versions('production')).toBe('api v1.1.0\n');
    } finally {
      await registry.up();
    }
  });

  it('makes a backup of the database, verifies it, and finds in it what was lost', async () => {
    const sql = (text: string) =>
      engine
        .compose(
          directoryOf('production'),
          ...['-f', PLACES.production.file, 'exec', '-T', 'db'],
          ...['psql', '-A', '-t', '-U', 'directus', '-d', 'directus', '-c', text],
        )
        .trim();
    sql("CREATE TABLE avatar (id int PRIMARY KEY, name text); INSERT INTO avatar VALUES (1, 'daidai')");
    const made = await ended('/backup avatar production', 'Back up avatar in production', 'Done');
    const [id = ''] = /bk-\w+/.exec(wordsOf(made)) ?? [];
    const verified = await ended(`/backup verify ${id}`, id, 'Done', 'the same checksums');
    expect(wordsOf(verified)).toContain('1 table with 1 row,');
    sql('DROP TABLE avatar');
    await bo.command('deploys', `/backup restore ${id}`);
    const asked = await bo.see('deploys', says('Waiting for approval', id));
    await running.workspace.person('chen').click('deploys', asked, 'Approve');
    await bo.see('deploys', (message) => message.ts === asked.ts && says('Done')(message));
    expect(sql('SELECT name FROM avatar')).toBe('daidai');
  });

  it('ends a deploy right and once, though the bot is killed again and again', async () => {
    const made = watchCreations(engine.address, 'deploy-avatar');
    try {
      await ana.command('deploys', '/deploy avatar v1.1.0 staging');
      await ana.see('deploys', says('Deploy avatar to staging', 'v1.2.0 → v1.1.0'));
      for (let kill = 0; kill < 4; kill += 1) {
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        await running.killBot();
        await running.startBot();
      }
      await ana.see('deploys', says('Deploy avatar to staging', 'v1.2.0 → v1.1.0', 'Done'));
      expect(await versions('staging')).toBe('api v1.1.0\n');
      // One for each of the two services.
      expect(made.count()).toBe(2);
    } finally {
      made.stop();
    }
  });

  it('shows containers, content and room', async () => {
    const status = await ana.ask('deploys', '/status avatar production');
    expect(wordsOf(status)).toMatch(/api: running, [0-9a-f]{12}/);
    expect(wordsOf(status)).toContain('db: running, healthy');
    expect(wordsOf(status)).toMatch(/disk .* GB free; memory .* GB free/);
  });
});

interface Place {
  readonly target: { directory: string; url: string };
  readonly backup?: { provider: { directory: string } };
  readonly verify: { http?: string }[];
  watch?: string;
}
