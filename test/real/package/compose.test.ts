/**
 * docker-compose.yml as an operator uses it: the bot in its image and PostgreSQL, in a real workspace as far as they can
 * tell (slack.com is a container of the same project, with a playground behind TLS).
 */
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { describePlayground, type PlaygroundDescription } from '../../../src/playground/demo-config.ts';
import { changedDemoConfig, type DemoConfig, quick } from '../../support/demo-config.ts';
import { documentedShell } from '../../support/documentation.ts';
import { type DockerEngine, startDockerEngine } from '../../support/host/docker-engine.ts';
import { startLockedRegistry } from '../../support/image/locked-registry.ts';
import { makeNodeImage } from '../../support/image/node-image.ts';
import { makePostgresImage } from '../../support/image/postgres-image.ts';
import { lastingPort } from '../../support/lasting-port.ts';
import { temporaryDirectory } from '../../support/processes.ts';
import { openWorkspace, says } from '../../support/workspace.ts';

const PASSWORD = 'f2ca1bb6c7e907d06dafe4687e579fce';
/** What the page tells people to type, after what it tells of the image. */
const [UP = '', DOCTOR = ''] = documentedShell('docs/packaging.md', 'package').filter((typed) =>
  typed.startsWith('docker compose'),
);
const ROOT = path.join(import.meta.dirname, '../../..');

describe('docker-compose.yml', () => {
  const project = temporaryDirectory();
  const at = (name: string) => path.join(project.path, name);
  let engine: DockerEngine;
  let port: number;
  let playground: string;
  beforeAll(async () => {
    port = await lastingPort();
    playground = `http://127.0.0.1:${await lastingPort()}`;
    engine = await startDockerEngine();
    makeNodeImage(engine);
    await makePostgresImage(engine);
    layOut();
    await build();
    await compose('up', '-d', 'slack');
    const described = await vi.waitFor(() => describePlayground(playground), {
      timeout: 90_000,
      interval: 300,
    });
    writeFileSync(at('slipway.yaml'), await changedDemoConfig(playground, withoutProbes));
    writeEnvironment(described);
    await type(UP);
    await ready();
  }, 600_000);
  afterAll(async () => {
    await engine?.stop();
    project.remove();
  });

  /** What an operator has in the directory, and what makes a workspace of it. */
  function layOut(): void {
    copyFileSync(path.join(ROOT, 'docker-compose.yml'), at('docker-compose.yml'));
    cpSync(path.join(ROOT, 'test/support/image/compose'), at('test'), { recursive: true });
    makeCertificate(at('test'));
    writeEnvironment(null);
  }

  function writeEnvironment(described: PlaygroundDescription | null): void {
    const [POSTGRES_PASSWORD, SLIPWAY_PORT] = [PASSWORD, port];
    const addresses = JSON.stringify(described).matchAll(/127\.0\.0\.1:(\d+)/g);
    const forBot = described && {
      SLACK_BOT_TOKEN: described.bot.bot_token,
      SLACK_APP_TOKEN: described.bot.app_token,
      WEBHOOK_SECRET_ALERTMANAGER: 'sixteen-letters-and-more',
      NODE_EXTRA_CA_CERTS: '/test/cert.pem',
      NODE_OPTIONS: '--import=/test/loopback.ts',
      CLOUD_PORTS: [...new Set([...addresses].map(([, found]) => found))].join(),
    };
    const lines = Object.entries({ POSTGRES_PASSWORD, SLIPWAY_PORT, ...forBot }).map((pair) =>
      pair.join('='),
    );
    writeFileSync(at('.env'), `${lines.join('\n')}\n`);
  }

  async function compose(...args: readonly string[]): Promise<string> {
    const env = { PATH: process.env.PATH, HOME: project.path, DOCKER_HOST: engine.address };
    return (await promisify(execFile)('docker-compose', args, { cwd: project.path, env, maxBuffer: 64e6 }))
      .stdout;
  }

  /** As on the page, with Debian's compose. */
  const type = (typed: string) => compose(...typed.replace('docker compose ', '').split(' '));

  /** By compose, which uses the older of Docker's builders. */
  async function build(): Promise<void> {
    const registry = await startLockedRegistry(path.join(ROOT, 'package-lock.json'));
    writeOverride(registry.url);
    await compose('build', 'slipway');
    await registry.stop();
  }

  function writeOverride(registry: string): void {
    const { port: playgroundPort } = new URL(playground);
    const volumes = ['./test:/test:ro'];
    const env_file = '.env';
    writeFileSync(
      at('docker-compose.override.yml'),
      stringify({
        services: {
          slipway: {
            build: { context: ROOT, network: 'host', args: { NPM_CONFIG_REGISTRY: registry } },
            volumes,
          },
          postgres: { volumes: ['sockets:/var/run/postgresql'] },
          'cloud-run': { ...asCloudRun(), image: 'slipway', env_file, profiles: ['cloud-run'] },
          slack: {
            image: 'slipway',
            entrypoint: ['node', '/test/slack-com.ts'],
            environment: { PLAYGROUND_PORT: playgroundPort },
            ports: [`127.0.0.1:${playgroundPort}:${playgroundPort}`],
            volumes: [...volumes, 'slack:/data'],
            networks: { default: { aliases: ['slack.com'] } },
          },
        },
        volumes: { slack: {}, sockets: {} },
      }),
    );
  }

  const ready = () =>
    vi.waitFor(
      async () => {
        const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
        if (response?.ok !== true)
          throw new Error(`not ready:\n${await compose('logs', '--tail=20', 'slipway')}`);
      },
      { timeout: 300_000, interval: 500 },
    );

  it('brings up a bot that is ready, and a database that nobody outside can reach', async () => {
    const listed = await compose('ps');
    expect(listed).toMatch(/slipway.*Up/);
    expect(listed).toMatch(/postgres.*Up \(healthy\)/);
    expect((await compose('port', 'postgres', '5432')).trim()).toBe('');
    expect(await compose('exec', '-T', 'slipway', 'sh', '-c', 'touch /app/x 2>&1; id -u')).toMatch(
      /Read-only.*\n10001/,
    );
  });

  it('passes its doctor', async () => {
    const said = await type(DOCTOR.replace('exec', 'exec -T'));
    console.log(`doctor in compose: ${said.trim().split('\n').at(-1)}`);
    expect(said).toMatch(/^(\d+) of \1 checks passed/m);
    expect(said).toContain('PostgreSQL 18');
  });

  it('passes its doctor also with what the manifest of Cloud Run gives it: its variables, its files, Cloud SQL by a socket', async () => {
    const said = await compose('run', '--rm', '-T', 'cloud-run', 'doctor');
    console.log(`doctor as on Cloud Run: ${said.trim().split('\n').at(-1)}`);
    expect(said).toMatch(/^(\d+) of \1 checks passed/m);
  });

  it('loses nothing when all of it is taken down and brought up again', async () => {
    const workspace = await openWorkspace(playground);
    const [ana, bo] = [workspace.person('ana'), workspace.person('bo')];
    await ana.command('deploys', '/deploy lock frontend production "moving house"');
    await ana.command('deploys', '/deploy api v1.1.0 production');
    const asked = await ana.see('deploys', says('Deploy api to production', 'Waiting for approval'));
    await compose('down');
    await compose('up', '-d');
    await ready();
    expect(says('moving house')(await ana.ask('deploys', '/deploy frontend v1.1.0 production'))).toBe(true);
    await bo.react('deploys', asked.ts, 'white_check_mark');
    await ana.see('deploys', (now) => now.ts === asked.ts && says('Done')(now));
  });

  it('is ready again when its database was ended and started', async () => {
    await compose('kill', 'postgres');
    await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(503), {
      timeout: 60_000,
      interval: 300,
    });
    await compose('start', 'postgres');
    await ready();
    const ana = (await openWorkspace(playground)).person('ana');
    expect(says('moving house')(await ana.ask('deploys', '/deploy frontend v1.1.0 production'))).toBe(true);
  });

  it('does not come up without a password, and says which', async () => {
    writeFileSync(at('.env'), `SLIPWAY_PORT=${port}\n`);
    await expect(compose('up', '-d')).rejects.toThrow('POSTGRES_PASSWORD');
  });
});

/** What `manifests/cloud-run/slipway.yaml` makes of a container; the workspace's tokens are in the project's variables. */
function asCloudRun(): object {
  const { metadata, spec } = parse(readFileSync(path.join(ROOT, 'manifests/cloud-run/slipway.yaml'), 'utf8'))
    .spec.template;
  const [{ env, volumeMounts }] = spec.containers;
  const named = env.filter((one: { value?: string }) => one.value !== undefined);
  const values = named.map(({ name, value }: { name: string; value: string }) => [name, value]);
  const [{ mountPath }] = volumeMounts;
  const socket = `/cloudsql/${metadata.annotations['run.googleapis.com/cloudsql-instances']}`;
  return {
    environment: {
      ...Object.fromEntries(values),
      DATABASE_URL: `postgresql://slipway:${PASSWORD}@localhost/slipway?host=${encodeURIComponent(socket)}`,
    },
    volumes: [
      './test:/test:ro',
      `./slipway.yaml:${mountPath}/${spec.volumes[0].secret.items[0].path}:ro`,
      { type: 'volume', source: 'sockets', target: socket },
    ],
  };
}

/** A new revision answers at a port that nobody knows beforehand, so nobody passes it on to the bot's container. */
function withoutProbes(config: DemoConfig): void {
  quick(config);
  for (const { environments } of Object.values(config.services)) {
    for (const environment of Object.values(environments)) environment.verify = [];
  }
}

function makeCertificate(directory: string): void {
  mkdirSync(directory, { recursive: true });
  const files = ['-keyout', path.join(directory, 'key.pem'), '-out', path.join(directory, 'cert.pem')];
  const names = ['-subj', '/CN=slack.com', '-addext', 'subjectAltName=DNS:slack.com'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...names],
    { stdio: 'pipe' },
  );
  execFileSync('chmod', ['-R', 'a+rX', directory]);
}
