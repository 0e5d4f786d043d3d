import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import type { DockerEngine } from '../host/docker-engine.ts';
import { lastingPort } from '../lasting-port.ts';

/** A bot in a container on the machine's own network, without Slack's variables: with a playground. */
export interface BotContainer {
  readonly name: string;
  readonly port: number;
  /** `http://127.0.0.1:…`, the page of its workspace. */
  readonly playground: string;
  /** `running`, `exited`, … */
  state(): string;
  /** What Docker's health check says: `starting`, `healthy` or `unhealthy`. */
  health(): string;
  /** Waits until it is ready. */
  ready(): Promise<void>;
  /** What it wrote to its standard output, line by line. */
  lines(): readonly string[];
  /** Runs the `docker exec` of a page of the docs. */
  execAsTyped(typed: string): Promise<{ readonly code: number; readonly output: string }>;
  /** Asks it to stop, for so many seconds; gives its exit code, 137 if it had to be killed. */
  stop(seconds: number): Promise<number>;
  remove(): void;
}

export interface TypedRun {
  readonly typed: string;
  readonly name: string;
  readonly volume: string;
  /** Where it is typed. */
  readonly directory: string;
}

/**
 * Runs the `docker run` of a page of the docs, under another name, with another volume and at ports of its own. It is on
 * the machine's network, for a playground is nowhere else.
 */
export async function runAsTyped(engine: DockerEngine, request: TypedRun): Promise<BotContainer> {
  const { typed, name, volume, directory } = request;
  const [port, playgroundPort] = [await lastingPort(), await lastingPort()];
  const environment = [`PORT=${port}`, `PLAYGROUND_PORT=${playgroundPort}`, 'LOG_LEVEL=info', WEBHOOK_SECRET];
  const command = typed
    .replace(' --network host', '')
    .replace('docker run', `docker run --network host ${environment.map((one) => `-e ${one}`).join(' ')}`)
    .replace('--name slipway', `--name ${name}`)
    .replace('-v slipway:', `-v ${volume}:`);
  const env = { PATH: process.env.PATH, DOCKER_HOST: engine.address };
  await promisify(execFile)('sh', ['-c', command], {
    env,
    cwd: directory,
  });
  return containerOf(engine, { name, port, playground: `http://127.0.0.1:${playgroundPort}` });
}

/** The demo's config has alerts, and the doctor wants to see that their sender can be known. */
const WEBHOOK_SECRET = 'WEBHOOK_SECRET_ALERTMANAGER=sixteen-letters-and-more';

function containerOf(
  engine: DockerEngine,
  { name, port, playground }: Pick<BotContainer, 'name' | 'port' | 'playground'>,
): BotContainer {
  const inspect = (format: string) => engine.docker('inspect', '-f', format, name).trim();
  const everything = () => engine.docker('logs', name);
  const lines = () => engine.docker('logs', name).split('\n').filter(Boolean);
  return {
    name,
    port,
    playground,
    state: () => inspect('{{.State.Status}}'),
    health: () => inspect('{{.State.Health.Status}}'),
    ready: () =>
      vi.waitFor(
        async () => {
          if (inspect('{{.State.Running}}') !== 'true') throw new Error(`${name} has ended: ${everything()}`);
          await answers(`http://127.0.0.1:${port}/readyz`);
        },
        { timeout: 300_000, interval: 200 },
      ),
    lines,
    execAsTyped: (typed) => exec(engine, typed.replace('docker exec slipway', `docker exec ${name}`)),
    stop: async (seconds) => {
      await patiently(engine, ['stop', '-t', String(seconds), name]);
      return Number(inspect('{{.State.ExitCode}}'));
    },
    remove: () => void engine.docker('rm', '-f', name),
  };
}

/** What it wrote, and how it ended: a failure is an answer too. */
async function exec(engine: DockerEngine, command: string) {
  const env = { ...process.env, DOCKER_HOST: engine.address };
  const { stdout } = await promisify(execFile)('sh', ['-c', `{ ${command}; } 2>&1; echo "ended with $?"`], {
    env,
  });
  const [, output = '', code] = /^(.*)ended with (\d+)\n$/s.exec(stdout) ?? [];
  return { code: Number(code), output };
}

/** What takes its time, without holding up this process: connections that end meanwhile are to be noticed. */
async function patiently(engine: DockerEngine, args: readonly string[]): Promise<string> {
  const env = { ...process.env, DOCKER_HOST: engine.address };
  return (await promisify(execFile)('docker', args, { env })).stdout;
}

async function answers(url: string): Promise<void> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
}
