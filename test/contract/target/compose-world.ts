import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTargets } from '../../../integrations/kinds.ts';
import { createSshHosts } from '../../../integrations/ssh/hosts.ts';
import { type DeployTarget, TargetError } from '../../../integrations/target.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { pushApp } from '../../support/host/app-images.ts';
import {
  type DockerEngine,
  startDockerEngine,
  startRegistry,
  type TestRegistry,
} from '../../support/host/docker-engine.ts';
import { mount } from '../../support/host/mounts.ts';
import { startTestHost, type TestHost } from '../../support/host/test-host.ts';
import { creations } from '../../support/host/watch-creations.ts';
import { lastingPort } from '../../support/lasting-port.ts';
import type { TargetWorld } from './world.ts';

/** What all worlds of a file share: a machine with SSH, an engine and a registry with some versions. */
export interface ComposeMachine {
  readonly server: TestHost;
  readonly engine: DockerEngine;
  readonly registry: TestRegistry;
  readonly image: string;
  stop(): Promise<void>;
}

const LAST_WORDS = 'DATABASE_URL is not set';

/** Logins export a version of their own, as in a profile that somebody forgot. */
export async function startComposeMachine(): Promise<ComposeMachine> {
  const [server, engine, registry] = await Promise.all([
    startTestHost({ variables: { IMAGE_TAG: 'v1.3.0-broken', COMPOSE_PROJECT_NAME: 'somebody' } }),
    startDockerEngine(),
    startRegistry(),
  ]);
  const image = `${registry.host}/team/app`;
  pushApp(engine, image, [
    { version: 'v1.0.0' },
    { version: 'v1.1.0' },
    { version: 'v1.2.0' },
    { version: 'v1.3.0-broken', broken: LAST_WORDS },
  ]);
  return {
    server,
    engine,
    registry,
    image,
    async stop() {
      await Promise.all([server.stop(), registry.stop(), engine.stop()]);
    },
  };
}

export interface ComposeWorld extends TargetWorld {
  readonly directory: string;
  readonly project: string;
  readonly port: number;
  /** The target’s part of the config, and everything around it. */
  config(more?: object): object;
  connectWith(more: object): DeployTarget;
}

/** A project that runs v1.0.0, started by hand. */
export async function makeComposeWorld(machine: ComposeMachine): Promise<ComposeWorld> {
  const { server, engine, image } = machine;
  const directory = await mkdtemp(path.join(server.home, 'shop-'));
  const project = path
    .basename(directory)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '');
  const port = await lastingPort();
  await writeFile(path.join(directory, 'docker-compose.yml'), composeFile(image, port));
  await mkdir(path.join(directory, 'data'), { recursive: true });
  const envFile = path.join(directory, '.env');
  await writeFile(envFile, 'DB_PASSWORD="a b#c"\nIMAGE_TAG=v1.0.0\n# end\n');
  const byHand = (...args: readonly string[]) => engine.compose(directory, '-p', project, ...args);
  byHand('pull', '-q');
  byHand('up', '-d');
  const began = new Date().toISOString();
  const connected: DeployTarget[] = [];
  let isReplyLost = false;
  let isReadOnly = false;
  const config = (more: object = {}) => configOf(machine, { directory, port }, more);
  const connectWith = (more: object) => {
    const parsed = configSchema.parse(config(more));
    const hosts = createSshHosts(parsed.hosts);
    const target = createTargets(parsed, {
      hosts(name) {
        const host = hosts(name);
        return {
          ...host,
          async start(run, signal) {
            await host.start(run, signal);
            if (!isReplyLost) return;
            isReplyLost = false;
            await server.cut();
            throw new TargetError('unavailable', 'The connection broke.');
          },
        };
      },
    }).get('shop/production');
    if (target === undefined) throw new Error('the config has no such target');
    connected.push(target);
    return target;
  };
  return {
    directory,
    project,
    port,
    config,
    connectWith,
    versions: {
      running: 'v1.0.0',
      good: 'v1.1.0',
      broken: { version: 'v1.3.0-broken', reason: new RegExp(LAST_WORDS) },
      unknown: { version: 'v1.1.00', nearest: 'v1.1.0' },
    },
    connect: () => connectWith({}),
    servingDigest: async () => runningDigest(engine, project, image),
    split: async () => ({
      environment: await readFile(envFile, 'utf8'),
      image: runningDigest(engine, project, image),
    }),
    changes: () => creations(engine, project, began),
    loseNextReply() {
      isReplyLost = true;
    },
    denyChanges() {
      mount('--bind', directory, directory);
      mount('-o', 'remount,bind,ro', directory);
      isReadOnly = true;
    },
    async changeBehindOurBack() {
      await writeFile(envFile, 'IMAGE_TAG=v1.2.0\n');
      byHand('up', '-d');
    },
    async stop() {
      await Promise.all(connected.map((target) => target.close()));
      if (isReadOnly) spawnSync('umount', ['-l', directory]);
      byHand('down', '-t', '0');
      const names = engine.docker('images', '--format', '{{.Repository}}:{{.Tag}}').split('\n');
      const ids = engine.docker('images', '-q', image).split('\n').filter(Boolean);
      if (names.length > 0 && ids.length > 0) engine.docker('rmi', '-f', ...new Set(ids));
    },
  };
}

function composeFile(image: string, port: number): string {
  return `
version: "3.7"
services:
  web:
    image: ${image}:\${IMAGE_TAG}
    ports: ["127.0.0.1:${port}:8080"]
    restart: unless-stopped
    stop_signal: SIGKILL
    volumes: ["./data:/data"]
    healthcheck:
      test: ["CMD", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/version"]
      interval: 1s
      timeout: 30s
      retries: 3
`;
}

function configOf(
  { server, engine, image }: ComposeMachine,
  { directory, port }: { readonly directory: string; readonly port: number },
  more: object,
): object {
  return {
    environments: { production: {} },
    hosts: {
      'shop-1': server.config({
        environment: { DOCKER_HOST: engine.address },
        // Suites use the same operation ids again and again.
        workDirectory: `${directory}-work`,
      }),
    },
    services: {
      shop: {
        environments: {
          production: {
            target: {
              kind: 'compose',
              host: 'shop-1',
              directory,
              images: { web: image },
              url: `http://127.0.0.1:${port}`,
            },
            verify: [
              { http: '/health', contains: 'ok' },
              { command: ['cat', '/www/version'], service: 'web', contains: 'app v' },
            ],
            ...more,
          },
        },
      },
    },
  };
}

/** By the engine alone. */
function runningDigest(engine: DockerEngine, project: string, image: string): string | null {
  const filter = `label=com.docker.compose.project=${project}`;
  const [id] = engine.docker('ps', '-q', '--filter', filter).split('\n').filter(Boolean);
  if (id === undefined) return null;
  const digests = engine.docker(
    ...['image', 'inspect', '-f', '{{join .RepoDigests " "}}'],
    engine.docker('inspect', '-f', '{{.Image}}', id).trim(),
  );
  return (
    digests
      .split(/\s+/)
      .find((digest) => digest.startsWith(`${image}@`))
      ?.split('@')[1] ?? null
  );
}
