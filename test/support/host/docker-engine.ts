import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lastingPort } from '../lasting-port.ts';

/** A real Docker engine of our own: its data, its socket and its networks are nobody else's. */
export interface DockerEngine {
  /** For DOCKER_HOST. */
  readonly address: string;
  /** Runs `docker …` on it and returns what it printed; throws with what it complained. */
  docker(...args: readonly string[]): string;
  /** Runs `docker-compose …` on it, in a directory, as somebody at a terminal there would. */
  compose(directory: string, ...args: readonly string[]): string;
  /** Makes an image from a root file system that somebody laid out. */
  importImage(name: string, directory: string, changes: readonly string[]): void;
  stop(): Promise<void>;
}

/** Subnets for an engine's networks; the engine passes over those that are in use on the machine. */
function addressPool(): string {
  return `base=10.${100 + (process.pid % 100)}.0.0/16,size=24`;
}

export async function startDockerEngine(): Promise<DockerEngine> {
  const directory = await mkdtemp(path.join(tmpdir(), 'slipway-docker-'));
  const at = (name: string) => path.join(directory, name);
  const address = `unix://${at('docker.sock')}`;
  const engine = spawn(
    '/usr/sbin/dockerd',
    [
      ...['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid'), '-H', address],
      // Its rules would be everybody's on this machine. Containers meet on a bridge of their project.
      ...['--bridge=none', '--iptables=false', '--ip-masq=false', '--default-address-pool', addressPool()],
      ...['--log-level', 'warn', '--shutdown-timeout', '2'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const said: string[] = [];
  engine.stderr?.on('data', (chunk) => said.push(String(chunk)));
  const run = (program: string, args: readonly string[], cwd = directory) => {
    const env = { PATH: process.env.PATH ?? '', HOME: directory, DOCKER_HOST: address };
    const end = spawnSync(program, args, { cwd, env, encoding: 'utf8', maxBuffer: 64e6 });
    if (end.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${end.stderr}`);
    return end.stdout;
  };
  const docker = (...args: readonly string[]) => run('docker', args);
  await untilItWorks(engine, () => docker('version'), said);
  return {
    address,
    docker,
    compose: (project, ...args) => run('docker-compose', args, project),
    importImage(name, root, changes) {
      const options = changes.flatMap((change) => ['-c', change]);
      run('sh', [
        '-c',
        'd=$1; shift; tar -C "$d" -c . | docker import "$@"',
        'sh',
        root,
        ...options,
        '-',
        name,
      ]);
    },
    async stop() {
      const all = docker('ps', '-aq').split('\n').filter(Boolean);
      if (all.length > 0) docker('rm', '-f', ...all);
      await ended(engine);
      // Containers on the machine's own network leave it mounted there.
      spawnSync('sh', ['-c', `umount ${at('exec/netns')}/*`]);
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    },
  };
}

/** A real registry on a loopback port. */
export interface TestRegistry {
  /** `127.0.0.1:40123`. */
  readonly host: string;
  /** Stops answering; what it has is kept. */
  down(): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
}

/** An account for a registry: `htpasswd` is what htpasswd(1) makes of it, by bcrypt. */
export const ACCOUNT = {
  username: 'rayhu',
  password: 'wonderland-7f3a',
  htpasswd: 'rayhu:$2b$04$a0uN2r2uiCQvnfTTkciFcOCGD0Li7evsD0u64udmnWp9EPRLYODey\n',
} as const;

/** `accounts` has lines of htpasswd(1); without it everybody may pull and push. */
export async function startRegistry(options: { readonly accounts?: string } = {}): Promise<TestRegistry> {
  const directory = await mkdtemp(path.join(tmpdir(), 'slipway-registry-'));
  const at = (name: string) => path.join(directory, name);
  const host = `127.0.0.1:${await lastingPort()}`;
  await mkdir(at('data'));
  if (options.accounts !== undefined) await writeFile(at('htpasswd'), options.accounts);
  await writeFile(
    at('config.yml'),
    JSON.stringify({
      version: 0.1,
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: at('data') }, delete: { enabled: true } },
      http: { addr: host },
      ...(options.accounts === undefined
        ? {}
        : { auth: { htpasswd: { realm: 'test', path: at('htpasswd') } } }),
    }),
  );
  let server = await startServer(at('config.yml'), host);
  const down = () => ended(server);
  return {
    host,
    down,
    async up() {
      server = await startServer(at('config.yml'), host);
    },
    async stop() {
      await down();
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    },
  };
}

async function startServer(config: string, host: string): Promise<ChildProcess> {
  const server = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  server.stderr?.on('data', (chunk) => said.push(String(chunk)));
  await untilItWorks(server, () => listens(host), said);
  return server;
}

function listens(host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(host.split(':')[1]), '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() && undefined));
    socket.once('error', reject);
  });
}

async function untilItWorks(
  server: ChildProcess,
  look: () => unknown,
  said: readonly string[],
): Promise<void> {
  for (const end = Date.now() + 60_000; ; await delay(50)) {
    try {
      await look();
      return;
    } catch (error) {
      if (server.exitCode === null && Date.now() < end) continue;
      throw new Error(`${server.spawnfile} does not start: ${said.join('')}`, { cause: error });
    }
  }
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  const late = setTimeout(() => server.kill('SIGKILL'), 15_000);
  await exited;
  clearTimeout(late);
}
