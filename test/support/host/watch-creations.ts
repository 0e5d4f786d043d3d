import { spawn } from 'node:child_process';
import type { DockerEngine } from './docker-engine.ts';

/** Containers that are made in the project, from now on. The engine itself remembers only its last 256 events. */
export function watchCreations(address: string, project: string) {
  const filters = ['type=container', 'event=create', `label=com.docker.compose.project=${project}`];
  const args = ['events', '--format', '{{.ID}}', ...filters.flatMap((filter) => ['--filter', filter])];
  const events = spawn('docker', args, {
    env: { PATH: process.env.PATH ?? '', DOCKER_HOST: address },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let seen = '';
  events.stdout.on('data', (chunk) => {
    seen += chunk;
  });
  return { count: () => seen.split('\n').filter(Boolean).length, stop: () => events.kill() };
}

/** Containers that were made in the project since then. */
export function creations(engine: DockerEngine, project: string, since: string): number {
  const filters = ['type=container', 'event=create', `label=com.docker.compose.project=${project}`];
  return engine
    .docker(
      ...['events', '--since', since, '--until', new Date().toISOString(), '--format', '{{.ID}}'],
      ...filters.flatMap((filter) => ['--filter', filter]),
    )
    .split('\n')
    .filter(Boolean).length;
}
