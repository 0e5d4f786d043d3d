import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { DockerEngine } from '../host/docker-engine.ts';
import { startLockedRegistry } from './locked-registry.ts';

const ROOT = new URL('../../..', import.meta.url).pathname;

/** Docker's two builders. The newer one is in Debian's client; other clients want a plug-in for it. */
export type Builder = 'buildkit' | 'classic';

/** Builds our Dockerfile as people do; `context` is where, and gives what the builder said. */
export async function buildSlipwayImage(
  engine: DockerEngine,
  {
    builder,
    name,
    context = ROOT,
  }: { readonly builder: Builder; readonly name: string; readonly context?: string },
): Promise<string> {
  const registry = await startLockedRegistry(`${ROOT}/package-lock.json`);
  try {
    const args = [
      '--network',
      'host',
      '--build-arg',
      `NPM_CONFIG_REGISTRY=${registry.url}`,
      '-t',
      name,
      context,
    ];
    const { stdout, stderr } = await promisify(execFile)('/usr/bin/docker', ['build', ...args], {
      env: {
        DOCKER_HOST: engine.address,
        DOCKER_BUILDKIT: builder === 'buildkit' ? '1' : '0',
        BUILDKIT_PROGRESS: 'plain',
      },
      maxBuffer: 64e6,
    });
    return stdout + stderr;
  } finally {
    await registry.stop();
  }
}
