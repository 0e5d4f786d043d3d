import { expect, test } from 'vitest';
import { cloudRunTargetConfig } from '../../../integrations/cloud-run/config.ts';
import { createTargets, shareConnections } from '../../../integrations/kinds.ts';
import { configSchema } from '../../../src/config/schema.ts';

const target = { kind: 'cloud-run', project: 'p', region: 'asia-east1', service: 'api' };

function configOf(image: string | undefined) {
  const environments = { staging: { target }, production: { target: { ...target, service: 'api-live' } } };
  return configSchema.parse({
    environments: { staging: {}, production: {} },
    services: { api: { ...(image === undefined ? {} : { image }), environments } },
  });
}

test('builds every target of the config under its key, with a name that is unique in the world', async () => {
  const targets = createTargets(configOf('r.example/api'));
  expect([...targets].map(([key, { identity }]) => [key, identity])).toEqual([
    ['api/staging', 'run.googleapis.com/projects/p/locations/asia-east1/services/api'],
    ['api/production', 'run.googleapis.com/projects/p/locations/asia-east1/services/api-live'],
  ]);
  await Promise.all([...targets.values()].map((one) => one.close()));
});

test('says which service lacks its image', () => {
  expect(() => createTargets(configOf(undefined))).toThrow(/services\.api\.image is missing/);
});

test('targets behind one endpoint share a connection, and the last of them closes it', async () => {
  let open = 0;
  const connect = shareConnections(
    (_: string) => {
      open += 1;
      const close = async () => {
        open -= 1;
      };
      return { close };
    },
    (endpoint) => endpoint,
  );
  const [first, second] = [connect('here'), connect('here')];
  const other = connect('there');
  expect(open).toBe(2);
  await Promise.all([first.close(), other.close()]);
  expect(open).toBe(1);
  await second.close();
  expect(open).toBe(0);
});

test.each([
  [{ endpoint: '127.0.0.1:80', plaintext: true }, true],
  [{ endpoint: 'run.example:443', plaintext: true }, false],
  [{ plaintext: true }, false],
  [{ endpoint: 'run.example:443' }, true],
])('plaintext is only for this machine: %j', (settings, valid) => {
  expect(cloudRunTargetConfig.safeParse({ ...target, ...settings }).success).toBe(valid);
});
