import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from './processes.ts';

/** A plain nginx in front of several servers on this machine. */
export interface ReverseProxy {
  readonly url: string;
  stop(): Promise<void>;
}

const START_LIMIT = 10_000;

/** Starts Debian's nginx, which hands requests round and passes by a server that refuses the connection. */
export async function startReverseProxy(directory: string, ports: readonly number[]): Promise<ReverseProxy> {
  mkdirSync(directory, { recursive: true });
  const port = await freePort();
  const file = path.join(directory, 'nginx.conf');
  writeFileSync(file, configuration(directory, port, ports));
  const nginx = spawn('nginx', ['-c', file, '-p', directory, '-e', 'stderr'], { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => nginx.once('close', () => resolve()));
  const failed = new Promise<never>((_, reject) => nginx.once('error', reject));
  const url = `http://127.0.0.1:${port}`;
  await Promise.race([failed, untilItAnswers(url)]);
  return {
    url,
    stop: async () => {
      nginx.kill('SIGTERM');
      await exited;
    },
  };
}

function configuration(directory: string, port: number, ports: readonly number[]): string {
  const servers = ports.map((one) => `server 127.0.0.1:${one} max_fails=0;`).join(' ');
  return `
    daemon off;
    master_process off;
    pid ${directory}/nginx.pid;
    error_log /dev/null;
    events {}
    http {
      access_log off;
      client_body_temp_path ${directory}/body;
      proxy_temp_path ${directory}/proxy;
      fastcgi_temp_path ${directory}/fastcgi;
      uwsgi_temp_path ${directory}/uwsgi;
      scgi_temp_path ${directory}/scgi;
      upstream replicas { ${servers} }
      server { listen 127.0.0.1:${port}; location / { proxy_pass http://replicas; } }
    }`;
}

async function untilItAnswers(url: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT;
  for (;;) {
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) return;
    if (Date.now() > deadline) throw new Error(`nginx does not answer at ${url}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
