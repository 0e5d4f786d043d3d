import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import type { DockerEngine } from '../host/docker-engine.ts';
import { lastingPort } from './lasting-port.ts';

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
  /** Runs `slipway …` in it. */
  slipway(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }>;
  /** Asks it to stop, for so many seconds; gives its exit code, 137 if it had to be killed. */
  stop(seconds: number): Promise<number>;
  remove(): void;
}

/** Everything that can be taken from it: it needs a volume, and room for what is temporary. */
const HARDENED = [
  ...['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
];

/** Starts one, with its data in a volume. */
export async function runBot(
  engine: DockerEngine,
  { image, name, volume }: { readonly image: string; readonly name: string; readonly volume: string },
): Promise<BotContainer> {
  const [port, playgroundPort] = [await lastingPort(), await lastingPort()];
  const ports = ['-e', `PORT=${port}`, '-e', `PLAYGROUND_PORT=${playgroundPort}`];
  const logs = ['-e', 'LOG_LEVEL=info', '-e', 'WEBHOOK_SECRET_ALERTMANAGER=sixteen-letters-and-more'];
  engine.docker(
    ...['run', '-d', '--name', name, '--network', 'host', ...HARDENED, '-v', `${volume}:/data`],
    ...[...ports, ...logs, image],
  );
  return containerOf(engine, { name, port, playground: `http://127.0.0.1:${playgroundPort}` });
}

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
        { timeout: 90_000, interval: 200 },
      ),
    lines,
    slipway: (...args) => exec(engine, name, args),
    stop: async (seconds) => {
      await patiently(engine, ['stop', '-t', String(seconds), name]);
      return Number(inspect('{{.State.ExitCode}}'));
    },
    remove: () => void engine.docker('rm', '-f', name),
  };
}

/** What it wrote, and how it ended: a failure is an answer too. */
async function exec(engine: DockerEngine, name: string, args: readonly string[]) {
  const script = 'node src/main.ts "$@" 2>&1; echo "ended with $?"';
  const said = await patiently(engine, ['exec', name, 'sh', '-c', script, 'sh', ...args]);
  const [, output = '', code] = /^(.*)ended with (\d+)\n$/s.exec(said) ?? [];
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
