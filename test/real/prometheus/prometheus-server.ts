import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../support/processes.ts';

const START_LIMIT = 30_000;

/** Debian's Prometheus, as a process of its own that scrapes one place every second. */
export interface PrometheusServer {
  readonly url: string;
  /** Ends the process; its port and what it has scraped are kept for `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** `prometheus, version 2.42.0+ds`; null where it is not installed. */
export function installedPrometheus(): string | null {
  const { error, stdout, stderr } = spawnSync('prometheus', ['--version'], { encoding: 'utf8' });
  return error === undefined ? (`${stdout}${stderr}`.split(' (')[0] ?? '') : null;
}

export async function startPrometheus(options: {
  readonly directory: string;
  readonly scrape: URL;
  /** Where it is to answer, for whoever has to know that before; a free port otherwise. */
  readonly port?: number;
}): Promise<PrometheusServer> {
  const { directory, scrape, port = await freePort() } = options;
  const url = `http://127.0.0.1:${port}`;
  writeFileSync(`${directory}/prometheus.yml`, scrapeConfig(scrape.host));
  let stopRunning = async () => {};
  const server: PrometheusServer = {
    url,
    stop: () => stopRunning(),
    start: async () => {
      stopRunning = await run(directory, url);
    },
  };
  await server.start();
  return server;
}

/** Starts the process, and resolves to what ends it once it is ready. */
async function run(directory: string, url: string): Promise<() => Promise<void>> {
  const args = [
    `--config.file=${directory}/prometheus.yml`,
    `--storage.tsdb.path=${directory}/tsdb`,
    `--web.listen-address=${new URL(url).host}`,
    '--log.level=error',
  ];
  const child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  const deadline = Date.now() + START_LIMIT;
  while (!(await isReady(url))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error('Prometheus did not get ready');
    }
    await delay(50);
  }
  return stop;
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/-/ready`).catch(() => null);
  await response?.body?.cancel();
  return response?.ok === true;
}

function scrapeConfig(host: string): string {
  return JSON.stringify({
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'demo', static_configs: [{ targets: [host] }] }],
  });
}
