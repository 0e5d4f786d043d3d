import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { type DockerEngine, startDockerEngine } from '../../support/host/docker-engine.ts';
import { type GitOrigin, git, makeBaseImage, makeOrigin, type Tree } from '../../support/host/git-project.ts';
import { makePostgresImage } from '../../support/host/postgres-container.ts';
import { startTestHost, type TestHost } from '../../support/host/test-host.ts';
import { lastingPort } from '../../support/lasting-port.ts';
import { type RunningBot, startBotWithPlayground } from '../../support/running-bot.ts';
import { type SeenMessage, says, type TestPerson, wordsOf } from '../../support/workspace.ts';

const EXAMPLE = readFileSync('manifests/examples/saga-forge.yaml', 'utf8');

/** What migrates: it notes in the mounted directory that it ran, and from which version. */
const MIGRATE = '#!/bin/sh\necho "$(cat /www/version) $*" >>/data/migrated\n';

const BASE = 'slipway-base:test';
const PARTS = ['api', 'worker', 'webui'];
const LAST_WORDS = 'no such table: worlds';

/** The repository at a version: services that are built from it, beside a PostgreSQL that it names. */
function sagaAt(
  version: string,
  port: number,
  { broken = null }: { readonly broken?: string | null } = {},
): Tree {
  const part = (name: string) => ({ build: `./${name}`, stop_signal: 'SIGKILL', volumes: ['./data:/data'] });
  const api = { ...part('api'), ports: [`127.0.0.1:${port}:8080`] };
  const postgres = {
    image: 'slipway-postgres:test',

    volumes: ['postgres_data:/data'],
  };
  const services = { api, worker: part('worker'), webui: part('webui'), postgres };
  const project = { version: '3.7', services, volumes: { postgres_data: {} } };
  const files = PARTS.map((name) => {
    const command = name === broken ? `CMD ["sh", "-c", "echo '${LAST_WORDS}'; exit 1"]\n` : '';
    return {
      [`${name}/Dockerfile`]: `FROM ${BASE}\nCOPY bin /bin\nCOPY www /www\n${command}`,
      [`${name}/bin/python`]: MIGRATE,
      [`${name}/www/version`]: `${name} ${version}\n`,
      [`${name}/www/healthz`]: 'healthy\n',
      [`${name}/www/monitoring/health`]: 'healthy\n',
    };
  });
  return Object.assign(
    { 'docker-compose.prod.yml': JSON.stringify(project), '.gitignore': '.env\ndata/\n' },
    ...files,
  );
}

describe('SagaForge, by its own config', () => {
  let server: TestHost;
  let engine: DockerEngine;
  let origin: GitOrigin;
  let running: RunningBot;
  let ana: TestPerson;
  let bo: TestPerson;
  let directory: string;
  let port: number;

  beforeAll(async () => {
    [server, engine] = await Promise.all([startTestHost(), startDockerEngine()]);
    makeBaseImage(engine, BASE);
    makePostgresImage(engine);
    origin = makeOrigin(path.join(server.home, 'hub'));
    directory = path.join(server.home, 'opt/saga-forge');
    port = await lastingPort();
    origin.publish('v1.0.0', sagaAt('v1.0.0', port));
    origin.publish('v1.1.0', sagaAt('v1.1.0', port));
    origin.publish('v1.2.0', sagaAt('v1.2.0', port, { broken: 'worker' }));
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
    await Promise.all([server?.stop(), engine?.stop()]);
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
    // Where backups go must stand on a disk that is there.
    mkdirSync(path.join(server.home, 'srv'), { recursive: true });
    mkdirSync(path.dirname(directory), { recursive: true });
    git(server.home, 'clone', '-q', origin.url, directory);
    git(directory, 'checkout', '-q', 'v1.0.0');
    mkdirSync(path.join(directory, 'data'), { recursive: true });
    writeFileSync(path.join(directory, '.env'), 'POSTGRES_PASSWORD=x\n');
    compose('up', '-d', '--build');
    await vi.waitFor(() => sql('SELECT 1'), { timeout: 60_000, interval: 500 });
    sql("CREATE TABLE world (name text); INSERT INTO world VALUES ('neo_taipei')");
  }

  /** The example with this machine's addresses in the place of theirs. */
  function exampleHere(): object {
    const config = parse(EXAMPLE);
    config.hosts['saga-1'] = server.config({ environment: { DOCKER_HOST: engine.address } });
    const place = config.services.saga.environments.production;
    place.target.directory = directory;
    place.target.url = `http://127.0.0.1:${port}`;
    place.target.ready = '60s';
    place.backup.provider.directory = path.join(server.home, 'srv/backups');
    return config;
  }

  async function approved(text: string, end: string, ...words: readonly string[]): Promise<SeenMessage> {
    await ana.command('deploys', text);
    const asked = await ana.see('deploys', says(...words, 'Waiting for approval'));
    await bo.click('deploys', asked, 'Approve');
    return ended(asked, end);
  }

  /** All is stopped and started again, databases too: it takes its time. */
  function ended(asked: SeenMessage, end: string): Promise<SeenMessage> {
    const look = async () => {
      const found = (await bo.messages('deploys')).find(({ ts }) => ts === asked.ts);
      if (found === undefined || !says(end)(found))
        throw new Error(`it did not end: ${JSON.stringify(found)}`);
      return found;
    };
    return vi.waitFor(look, { timeout: 240_000, interval: 500 });
  }

  async function version(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${port}/version`)).text();
  }

  function migrations(): readonly string[] {
    const file = path.join(directory, 'data/migrated');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  function head(): string {
    return git(directory, 'describe', '--tags').trim();
  }

  it('upgrades as one deploy: backup, fetch, check out, build, migrate, up, verify', async () => {
    const done = await approved('/deploy saga v1.1.0', 'Done', 'Deploy saga to production');
    expect(wordsOf(done)).toContain('v1.1.0');
    expect(head()).toBe('v1.1.0');
    expect(await version()).toBe('api v1.1.0\n');
    expect(migrations()).toEqual(['api v1.1.0 scripts/migrate_database.py']);
    expect(wordsOf(await ana.ask('deploys', '/backup list saga'))).toMatch(/bk-\w+/);
  });

  it('says plainly that data changed when it fails after the migration, and offers the restore', async () => {
    const undone = await approved('/deploy saga v1.2.0', 'Undone', 'Deploy saga to production', 'v1.2.0');
    expect(wordsOf(undone)).toContain(LAST_WORDS);
    expect(head()).toBe('v1.1.0');
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
    await ended(asked, 'Done');
    expect(sql('SELECT name FROM world')).toBe('neo_taipei');
  });

  it('shows what is checked out, what runs, and when it was backed up last', async () => {
    const status = wordsOf(await ana.ask('deploys', '/status saga'));
    expect(status).toContain('v1.1.0');
    for (const service of [...PARTS, 'postgres']) expect(status).toContain(`${service}: running`);
    expect(status).toMatch(/backup/i);
  });

  it('goes back to the version before, and to a named one, with the repository away', async () => {
    origin.down();
    await approved('/rollback saga production', 'Done', 'Roll back saga');
    expect([head(), await version()]).toEqual(['v1.0.0', 'api v1.0.0\n']);
    await approved('/rollback saga production to v1.1.0', 'Done', 'Roll back saga', 'v1.1.0');
    expect([head(), await version()]).toEqual(['v1.1.0', 'api v1.1.0\n']);
    origin.up();
    // Data is nobody's to go back with.
    expect(sql('SELECT name FROM world')).toBe('neo_taipei');
  });

  it('refuses what is no tag, and a work tree that somebody works in, before anything is touched', async () => {
    expect(wordsOf(await ana.ask('deploys', '/deploy saga v1.0.00'))).toContain('v1.0.0');
    const compose = path.join(directory, 'docker-compose.prod.yml');
    const before = readFileSync(compose, 'utf8');
    writeFileSync(compose, `${before}\n`);
    expect(wordsOf(await ana.ask('deploys', '/deploy saga v1.0.0'))).toContain(
      'has changes that no commit has: docker-compose.prod.yml',
    );
    writeFileSync(compose, before);
    expect([head(), await version()]).toEqual(['v1.1.0', 'api v1.1.0\n']);
  });

  it('asks anew when the tag names another commit than the one that was approved', async () => {
    origin.publish('v1.3.0', sagaAt('v1.3.0', port));
    await ana.command('deploys', '/deploy saga v1.3.0');
    const asked = await ana.see(
      'deploys',
      says('Deploy saga to production', 'v1.3.0', 'Waiting for approval'),
    );
    origin.publish('v1.3.0', sagaAt('v1.3.0-moved', port));
    await bo.click('deploys', asked, 'Approve');
    const voided = await bo.see(
      'deploys',
      (message) => message.ts === asked.ts && says('the approvals are void')(message),
    );
    expect(wordsOf(voided)).toContain('Nothing was done');
    expect([head(), await version()]).toEqual(['v1.1.0', 'api v1.1.0\n']);
  });
});
