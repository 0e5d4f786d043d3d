import { describe, expect, it } from 'vitest';
import type { ComposeBinding, Migration } from '../../../../integrations/compose/binding.ts';
import { configuredImages } from '../../../../integrations/compose/compose.ts';
import { composeTargetConfig } from '../../../../integrations/compose/config.ts';
import type { Host } from '../../../../integrations/host.ts';

const IMAGE = 'registry.example/shop';
const never = async () => Promise.reject(new Error('this is not asked'));

/** A host whose compose shows that config. */
function hostShowing(output: string): Host {
  return {
    name: 'web-1',
    identity: 'deploy@web-1.example:22',
    run: async () => ({ status: 0, output, complaint: '' }),
    start: never,
    look: never,
    stop: never,
    readFile: never,
    writeFile: never,
    fetch: never,
    examine: async () => [],
    close: async () => undefined,
  };
}

function images(service: string, policy: string, migration: Migration | null = null) {
  const shown = `services:\n  web:\n    image: ${IMAGE}:v1\n  db:\n    image: postgres:16\n  job:\n    image: ${IMAGE}:v1\n`;
  const host = hostShowing(shown.replace(`  ${service}:\n`, `  ${service}:\n    pull_policy: ${policy}\n`));
  const config = composeTargetConfig.parse({
    kind: 'compose',
    host: 'web-1',
    directory: '/srv/shop',
    images: { web: IMAGE },
  });
  const checker = { run: never };
  const binding: ComposeBinding = {
    ref: { service: 'shop', environment: 'production' },
    config,
    host,
    project: 'shop',
    parts: [{ name: 'web', image: IMAGE, variable: 'IMAGE_TAG' }],
    artifacts: () => {
      throw new Error('this is not asked');
    },
    credentials: async () => null,
    checkers: { bot: checker, host: checker },
    checks: [],
    watch: 0,
    migration,
    now: Date.now,
  };
  return configuredImages(binding, {});
}

describe('a compose file that fetches images by itself', () => {
  it.each(['always', 'build', 'daily'])('is refused with pull_policy: %s', async (policy) => {
    await expect(images('web', policy)).rejects.toMatchObject({
      problem: 'invalid',
      message: expect.stringMatching(`web on web-1 has pull_policy: ${policy} .* not what was approved`),
    });
  });

  it('is refused where its migration would', async () => {
    const migration: Migration = { run: ['migrate'], service: 'job' };
    await expect(images('job', 'always', migration)).rejects.toMatchObject({
      message: expect.stringContaining('job on web-1'),
    });
  });

  it.each([
    ['web', 'missing'],
    ['web', 'never'],
    ['db', 'always'],
  ])('is taken where %s has %s', async (service, policy) => {
    await expect(images(service, policy)).resolves.toBeInstanceOf(Map);
  });
});
