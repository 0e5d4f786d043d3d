import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushApp } from '../../support/host/app-images.ts';
import {
  type DockerEngine,
  startDockerEngine,
  startRegistry,
  type TestRegistry,
} from '../../support/host/docker-engine.ts';
import { startTestHost, type TestHost } from '../../support/host/test-host.ts';
import { type RunningBot, startBotWithPlayground } from '../../support/running-bot.ts';
import { says, type TestPerson, wordsOf } from '../../support/workspace.ts';

describe('one service of a compose project, by --only', () => {
  let server: TestHost;
  let engine: DockerEngine;
  let registry: TestRegistry;
  let running: RunningBot;
  let ana: TestPerson;

  beforeAll(async () => {
    [server, engine, registry] = await Promise.all([startTestHost(), startDockerEngine(), startRegistry()]);
    const parts = ['api', 'web', 'worker'];
    for (const part of parts) {
      pushApp(engine, `${registry.host}/shop/${part}`, [{ version: 'v1.0.0' }, { version: 'v1.1.0' }]);
    }
    const directory = path.join(server.home, 'shop');
    mkdirSync(directory);
    const image = (part: string, variable: string) => ({
      image: `${registry.host}/shop/${part}:\${${variable}}`,
      stop_signal: 'SIGKILL',
    });
    const services = {
      api: { ...image('api', 'API_TAG'), depends_on: ['web'] },
      web: image('web', 'IMAGE_TAG'),
      worker: image('worker', 'IMAGE_TAG'),
    };
    writeFileSync(path.join(directory, 'docker-compose.yml'), JSON.stringify({ version: '3.7', services }));
    writeFileSync(path.join(directory, '.env'), 'API_TAG=v1.0.0\nIMAGE_TAG=v1.0.0\n');
    engine.compose(directory, 'up', '-d');
    running = await startBotWithPlayground({}, (config) => {
      const { deployer, approver } = config.roles;
      Object.assign(config, {
        roles: { deployer, approver },
        environments: { production: { allow: { deploy: ['deployer'], rollback: ['deployer'] } } },
        hosts: { 'shop-1': server.config({ environment: { DOCKER_HOST: engine.address } }) },
        services: {
          shop: {
            environments: {
              production: {
                target: {
                  kind: 'compose',
                  host: 'shop-1',
                  directory,
                  images: Object.fromEntries(parts.map((part) => [part, `${registry.host}/shop/${part}`])),
                  variables: { api: 'API_TAG' },
                  ready: '60s',
                },
              },
            },
          },
        },
        channels: { '#deploys': { service: 'shop', environment: 'production' } },
      });
    });
    ana = running.workspace.person('ana');
  });
  afterAll(async () => {
    await running?.stop();
    await Promise.all([server?.stop(), registry?.stop(), engine?.stop()]);
  });

  /** Container and image by service. */
  function containers(): Readonly<Record<string, string>> {
    const format = '{{.Label "com.docker.compose.service"}} {{.ID}} {{.Image}}';
    const lines = engine.docker('ps', '--no-trunc', '--format', format).split('\n').filter(Boolean);
    return Object.fromEntries(lines.map((line) => [line.split(' ')[0] ?? '', line]));
  }

  function environment(): string {
    return readFileSync(path.join(server.home, 'shop/.env'), 'utf8');
  }

  it('is deployed alone: the others keep their very containers', async () => {
    const before = containers();
    await ana.command('deploys', '/deploy shop v1.1.0 production --only api');
    const done = await ana.see('deploys', says('Deploy api of shop to production', 'Done'));
    expect(wordsOf(done)).toContain('v1.1.0');
    const after = containers();
    expect([after.web, after.worker]).toEqual([before.web, before.worker]);
    expect(after.api).not.toBe(before.api);
    expect(after.api).toContain('api:v1.1.0');
    expect(environment()).toBe('API_TAG=v1.1.0\nIMAGE_TAG=v1.0.0\n');
    expect(wordsOf(await ana.ask('deploys', '/status shop'))).toContain('v1.0.0-with-api-v1.1.0');
  });

  it('is refused where it serves already, where there is no such one, and where its variable is others’ too', async () => {
    const before = containers();
    const ask = async (words: string) => wordsOf(await ana.ask('deploys', `/deploy shop v1.1.0 ${words}`));
    expect(await ask('--only api')).toContain('already');
    expect(await ask('--only wroker')).toMatch(/no part `wroker`.*Did you mean `worker`/s);
    expect(await ask('--only web')).toMatch(/IMAGE_TAG in \.env names its version and that of worker/);
    expect(await ask('--only')).toContain('--only service');
    expect(containers()).toEqual(before);
  });

  it('goes back with the whole', async () => {
    const before = containers();
    await ana.command('deploys', '/rollback shop production to v1.0.0');
    await ana.see('deploys', says('Roll back shop', 'Done'));
    const after = containers();
    expect([after.web, after.worker]).toEqual([before.web, before.worker]);
    expect(after.api).toContain('api:v1.0.0');
  });
});
