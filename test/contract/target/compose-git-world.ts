import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { createTargets } from '../../../integrations/kinds.ts';
import { createSshHosts } from '../../../integrations/ssh/hosts.ts';
import { type DeployTarget, TargetError } from '../../../integrations/target.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { type DockerEngine, startDockerEngine } from '../../support/host/docker-engine.ts';
import { type GitOrigin, git, makeBaseImage, makeOrigin, type Tree } from '../../support/host/git-project.ts';
import { mount } from '../../support/host/mounts.ts';
import { startTestHost, type TestHost } from '../../support/host/test-host.ts';
import { creations } from '../../support/host/watch-creations.ts';
import { lastingPort } from '../../support/lasting-port.ts';
import type { TargetWorld } from './world.ts';

const BASE = 'slipway-base:test';
const LAST_WORDS = 'no module named worlds';

/** What all worlds of a file share: a machine with SSH, and an engine. */
export interface GitMachine {
  readonly server: TestHost;
  readonly engine: DockerEngine;
  stop(): Promise<void>;
}

export async function startGitMachine(): Promise<GitMachine> {
  const [server, engine] = await Promise.all([startTestHost(), startDockerEngine()]);
  makeBaseImage(engine, BASE);
  return {
    server,
    engine,
    async stop() {
      await Promise.all([server.stop(), engine.stop()]);
    },
  };
}

export interface ComposeGitWorld extends TargetWorld {
  readonly directory: string;
  readonly project: string;
  readonly port: number;
  readonly origin: GitOrigin;
  readonly connectWith: (more: object) => DeployTarget;
  compose(...words: readonly string[]): string;
}

/** The files of a version: a service that is built from them. */
export function shopAt(version: string, port: number, more: Tree = {}): Tree {
  return {
    Dockerfile: `FROM ${BASE}\nCOPY www /www\n`,
    'www/version': `web ${version}\n`,
    'www/health': 'ok\n',
    '.gitignore': '.env\ndata/\n',
    'docker-compose.yml': `
version: "3.7"
services:
  web:
    build: .
    ports: ["127.0.0.1:${port}:8080"]
    stop_signal: SIGKILL
    volumes: ["./data:/data"]
`,
    ...more,
  };
}

/** A clone at v1.0.0 whose project was built and started by hand. */
export async function makeComposeGitWorld(machine: GitMachine): Promise<ComposeGitWorld> {
  const { server, engine } = machine;
  const root = await mkdtemp(path.join(server.home, 'git-'));
  const project = path
    .basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '');
  const port = await lastingPort();
  const origin = makeOrigin(path.join(root, 'hub'));
  for (const version of ['v1.0.0', 'v1.1.0', 'v1.2.0']) origin.publish(version, shopAt(version, port));
  const broken = `FROM ${BASE}\nCMD ["sh", "-c", "echo '${LAST_WORDS}'; exit 1"]\n`;
  origin.publish('v1.3.0-broken', shopAt('v1.3.0-broken', port, { Dockerfile: broken }));
  const directory = path.join(root, 'shop');
  git(root, 'clone', '-q', origin.url, directory);
  const compose = (...words: readonly string[]) => engine.compose(directory, '-p', project, ...words);
  git(directory, 'checkout', '-q', 'v1.0.0');
  compose('up', '-d', '--build');
  const began = new Date().toISOString();
  const connected: DeployTarget[] = [];
  const levers = { lost: false, readOnly: false };
  const connectWith = (more: object) => {
    const parsed = configSchema.parse(configOf(machine, { root, directory, project, port }, more));
    const hosts = createSshHosts(parsed.hosts);
    const target = createTargets(parsed, {
      hosts(name) {
        const host = hosts(name);
        return {
          ...host,
          async start(run, signal) {
            await host.start(run, signal);
            if (!levers.lost) return;
            levers.lost = false;
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
  const served = async () => {
    try {
      return (await (await fetch(`http://127.0.0.1:${port}/version`)).text()).trim();
    } catch {
      return null;
    }
  };
  return {
    directory,
    project,
    port,
    origin,
    compose,
    connectWith,
    versions: {
      running: 'v1.0.0',
      good: 'v1.1.0',
      broken: { version: 'v1.3.0-broken', reason: new RegExp(LAST_WORDS) },
      unknown: { version: 'v1.1.00', nearest: 'v1.1.0' },
    },
    connect: () => connectWith({}),
    async servingDigest() {
      const commit = git(directory, 'rev-parse', 'HEAD').trim();
      const version = git(directory, 'show', 'HEAD:www/version').trim();
      if ((await served()) !== version) return null;
      return `sha256:${createHash('sha256').update(commit).digest('hex')}`;
    },
    split: async () => ({
      head: git(directory, 'rev-parse', 'HEAD'),
      status: git(directory, 'status', '--porcelain'),
      served: await served(),
    }),
    changes: () => creations(engine, project, began),
    loseNextReply() {
      levers.lost = true;
    },
    denyChanges() {
      mount('--bind', directory, directory);
      mount('-o', 'remount,bind,ro', directory);
      levers.readOnly = true;
    },
    async changeBehindOurBack() {
      git(directory, 'checkout', '-q', 'v1.2.0');
      compose('up', '-d', '--build');
    },
    async stop() {
      await Promise.all(connected.map((target) => target.close()));
      if (levers.readOnly) spawnSync('umount', ['-l', directory]);
      compose('down', '-t', '0');
    },
  };
}

function configOf(
  { server, engine }: GitMachine,
  place: {
    readonly root: string;
    readonly directory: string;
    readonly project: string;
    readonly port: number;
  },
  more: object,
): object {
  const { directory, project, port } = place;
  const target = {
    kind: 'compose-git',
    host: 'shop-1',
    directory,
    project,
    services: ['web'],
    url: `http://127.0.0.1:${port}`,
    ready: '60s',
  };
  const verify = [{ http: '/health', contains: 'ok' }];
  return {
    environments: { production: {} },
    hosts: {
      'shop-1': server.config({
        environment: { DOCKER_HOST: engine.address },
        // Suites use the same operation ids again and again.
        workDirectory: `${place.root}-work`,
      }),
    },
    services: { shop: { environments: { production: { target, verify, ...more } } } },
  };
}
