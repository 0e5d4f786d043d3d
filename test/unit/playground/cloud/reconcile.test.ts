import { beforeEach, describe, expect, test } from 'vitest';
import type { CloudContext } from '../../../../src/playground/cloud/context.ts';
import { Levers } from '../../../../src/playground/cloud/levers.ts';
import { serviceName } from '../../../../src/playground/cloud/names.ts';
import { nextDeadline, releaseHeld, settleDue } from '../../../../src/playground/cloud/reconcile.ts';
import type { Operation, Service } from '../../../../src/playground/cloud/records.ts';
import { seed } from '../../../../src/playground/cloud/seed.ts';
import { servicesApi } from '../../../../src/playground/cloud/services-api.ts';
import { CloudStore } from '../../../../src/playground/cloud/store.ts';
import { memoryJournal } from '../../../../src/playground/journal.ts';

const staging = serviceName('api-staging');
let time = 0;
let context: CloudContext;

beforeEach(() => {
  time = 1_000_000;
  context = {
    store: new CloudStore(memoryJournal()),
    clock: { now: () => time },
    random: () => 0.5,
    levers: new Levers(),
    addresses: { registryHost: 'registry', url: () => 'http://door', open: async () => undefined },
  };
  seed(context);
});

function update(service: object, paths: readonly string[]): void {
  const method = servicesApi.find(({ rpc }) => rpc === 'UpdateService');
  method?.parse({ service: { name: staging, ...service }, updateMask: { paths } }).perform(context);
}

function deploy(version: string, revision: string): void {
  const template = { revision, containers: [{ image: `registry/demo/api:${version}` }] };
  update({ template }, ['template']);
}

function advance(ms: number): void {
  time += ms;
  settleDue(context);
}

function service(): Service | undefined {
  return context.store.services.get(staging);
}

function operations(): readonly Operation[] {
  return context.store.operations.all();
}

describe('an operation', () => {
  test('settles at its deadline, not before', () => {
    deploy('v1.1.0', 'api-staging-two');
    expect(nextDeadline(context)).toBe(time + 900);
    advance(899);
    expect(operations()).toMatchObject([{ done: false }]);
    expect(service()).toMatchObject({ reconciling: true, latestReady: 'api-staging-00001-one' });
    advance(1);
    expect(operations()).toMatchObject([{ done: true, response: { observedGeneration: '2' } }]);
    expect(service()).toMatchObject({ reconciling: false, latestReady: 'api-staging-two' });
    expect(nextDeadline(context)).toBeUndefined();
  });

  test('that is held does not settle, nor does a later one of the same service, until it is let go', () => {
    context.levers.holdOperations = true;
    deploy('v1.1.0', 'api-staging-two');
    context.levers.holdOperations = false;
    update({ traffic: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100, tag: 'now' }] }, [
      'traffic',
    ]);
    advance(60_000);
    expect(operations()).toMatchObject([{ done: false }, { done: false }]);

    releaseHeld(context);
    settleDue(context);
    expect(operations()).toMatchObject([{ done: true }, { done: true }]);
    expect(service()?.served).toMatchObject([{ tag: 'now' }]);
  });

  test('overtaken by a later one readies its revision and leaves traffic to the later one', () => {
    deploy('v1.1.0', 'api-staging-two');
    const pinned = {
      type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION',
      revision: 'api-staging-two',
      percent: 100,
    };
    update({ traffic: [pinned] }, ['traffic']);
    advance(60_000);
    expect(operations()).toMatchObject([{ done: true }, { done: true }]);
    expect(service()).toMatchObject({ observedGeneration: 3, served: [{ revision: 'api-staging-two' }] });
  });
});

describe('a revision', () => {
  test('remembers since when it has had production traffic, and forgets it when it has none', () => {
    const since = (id: string) => context.store.revisions.get(`${staging}/revisions/${id}`)?.servingSince;
    expect(since('api-staging-00001-one')).toBe(time);
    deploy('v1.1.0', 'api-staging-two');
    advance(900);
    expect(since('api-staging-00001-one')).toBeNull();
    expect(since('api-staging-two')).toBe(time);
  });

  test('that does not start leaves the service with the one before, and says why', () => {
    deploy('v1.3.0-broken', 'api-staging-two');
    advance(2500);
    expect(operations()).toMatchObject([{ done: true, error: { code: 9 } }]);
    expect(service()).toMatchObject({
      reconciling: false,
      generation: 2,
      observedGeneration: 1,
      latestCreated: 'api-staging-two',
      latestReady: 'api-staging-00001-one',
      ready: { state: 'CONDITION_FAILED', message: expect.stringContaining('is not ready and cannot serve') },
    });
  });
});

test('a change that is made and settled changes the etag twice', () => {
  const before = service()?.resourceVersion ?? 0;
  deploy('v1.1.0', 'api-staging-two');
  advance(900);
  expect(service()?.resourceVersion).toBe(before + 2);
});
