import { describe, expect, onTestFinished, test } from 'vitest';
import { noCluster } from '../../support/kubernetes/cluster.ts';
import { GATEWAY, ISTIO, makeRouteWorld, type RouteFixture, type RouteWorld } from './traffic-world.ts';

async function world(fixture: RouteFixture): Promise<RouteWorld> {
  const made = await makeRouteWorld(fixture);
  onTestFinished(() => made.stop());
  return made;
}

function addService({ cluster }: RouteWorld, name: string, selector: object) {
  return cluster.create('v1', 'services', { metadata: { name }, spec: { selector, ports: [{ port: 80 }] } });
}

function addSubsets({ cluster }: RouteWorld, subsets: Readonly<Record<string, object>>) {
  const apiVersion = 'networking.istio.io/v1';
  const named = Object.entries(subsets).map(([name, labels]) => ({ name, labels }));
  return cluster.create(apiVersion, 'destinationrules', {
    apiVersion,
    kind: 'DestinationRule',
    metadata: { name: 'api' },
    spec: { host: `api.${cluster.namespace}.svc.cluster.local`, subsets: named },
  });
}

/** What is told of each subject; what is wrong begins with ✗. */
async function told({ connect }: RouteWorld): Promise<Readonly<Record<string, string>>> {
  const findings = await connect().examine();
  for (const { ok, remedy } of findings) expect(remedy === null).toBe(ok);
  return Object.fromEntries(
    findings.map(({ subject, ok, detail }) => [subject, ok ? detail : `✗ ${detail}`]),
  );
}

describe.skipIf(noCluster)('doctor, where canaries get their share by a route', () => {
  test('finds the VirtualService and both destinations, as the bot’s account', async () => {
    const shop = await world(ISTIO);
    await addService(shop, 'api', { app: 'api' });
    await addSubsets(shop, { stable: { track: 'stable' }, canary: { track: 'canary' } });
    await shop.relabel({ app: 'api', track: 'stable' });
    const found = await told(shop);
    expect(Object.values(found).filter((text) => text.startsWith('✗'))).toEqual([]);
    expect(found).toMatchObject({
      'VirtualService api': 'is there; 1 rule leads to the workload, 0 % to the canary',
      'Destination api subset stable': 'is there, for the stable pods alone',
      'Destination api subset canary': 'is there, for the canary pods alone',
      'Canary api-canary': 'its name is free',
    });
  });

  test('says which part is missing, and which would take both sides', async () => {
    const shop = await world(ISTIO);
    expect(await told(shop)).toMatchObject({
      'Destination api subset stable': expect.stringMatching(/^✗ .*services "api" not found/),
    });
    await addService(shop, 'api', { app: 'api' });
    expect(await told(shop)).toMatchObject({
      'Destination api subset canary': expect.stringMatching(/^✗ There is no DestinationRule for api/),
    });
    await addSubsets(shop, { stable: { app: 'api' }, v2: {} });
    await shop.cluster.api.remove(shop.cluster.path(ISTIO.apiVersion, ISTIO.plural, 'api'));
    expect(await told(shop)).toMatchObject({
      'VirtualService api': expect.stringMatching(/^✗ .*not found/),
      'Destination api subset stable': expect.stringMatching(/^✗ It selects app=api, which canary pods have/),
      'Destination api subset canary': expect.stringMatching(/^✗ There is no such subset, only stable, v2/),
    });
  });

  test('finds an HTTPRoute and its Services, one of which takes the pods of both', async () => {
    const shop = await world(GATEWAY);
    await addService(shop, 'api', { app: 'api' });
    await addService(shop, 'api-canary', { app: 'api', track: 'canary' });
    expect(await told(shop)).toMatchObject({
      'HTTPRoute api': 'is there; 1 rule leads to the workload, 0 % to the canary',
      'Service api': expect.stringMatching(/^✗ .*they would take a share whatever the weights/),
      'Service api-canary': 'is there, for the canary pods alone',
    });
  });
});
