import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { DockerEngine } from '../host/docker-engine.ts';
import { startLockedRegistry } from './locked-registry.ts';

const LOCK_FILE = path.join(import.meta.dirname, '../../../package-lock.json');

/**
 * Runs the `docker build` of a page of the docs, with the newer of Docker's builders, and gives what the builder said.
 * Only where packages come from is added to it. The builder is in Debian's client; others want a plug-in for it.
 */
export async function buildAsTyped(
  engine: DockerEngine,
  { typed, directory }: { readonly typed: string; readonly directory: string },
): Promise<string> {
  const registry = await startLockedRegistry(LOCK_FILE);
  const more = `--network host --build-arg NPM_CONFIG_REGISTRY=${registry.url}`;
  try {
    const { stdout, stderr } = await promisify(execFile)(
      'sh',
      ['-c', typed.replace('docker build', `/usr/bin/docker build ${more}`)],
      {
        cwd: directory,
        env: { DOCKER_HOST: engine.address, DOCKER_BUILDKIT: '1', BUILDKIT_PROGRESS: 'plain' },
        maxBuffer: 64e6,
      },
    );
    return stdout + stderr;
  } finally {
    await registry.stop();
  }
}
