import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { DemoCloud } from '../../../src/playground/cloud/demo-cloud.ts';
import {
  connect,
  getJson,
  image,
  latest,
  pinned,
  production,
  serviceUrl,
  shift,
  startConnected,
} from './demo.ts';

function fault(
  cloud: DemoCloud,
  of: { method: string; code: string; message: string; times?: number },
): void {
  const { method, code, message, times = 1 } = of;
  cloud.levers.addFault({ method, resource: '', times, delayMs: 0, error: { code, message } });
}

describe('the levers of the demo cloud', () => {
  test('a permission that is denied is named, with the resource, and nothing is done', async () => {
    const { cloud, services } = await startConnected();
    cloud.levers.deniedPermissions = new Set(['run.services.update']);
    await expect(shift(services, production, [latest(100)])).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
      message: expect.stringContaining(`Permission 'run.services.update' denied on resource '${production}'`),
    });
    expect(cloud.calls()).toMatchObject([{ effect: 'refused', error: { code: 'PERMISSION_DENIED' } }]);
    const [service] = await services.getService({ name: production });
    expect(service.generation).toBe('1');
  });

  test('the permissions that the caller has can be asked for', async () => {
    const { cloud, services } = await startConnected();
    cloud.levers.deniedPermissions = new Set(['run.services.update']);
    const permissions = ['run.services.get', 'run.services.update'];
    const [answer] = await services.testIamPermissions({ resource: production, permissions });
    expect(answer.permissions).toEqual(['run.services.get']);
  });

  test('a resource of another project is denied, one that is not there is not found', async () => {
    const { services } = await startConnected();
    await expect(
      services.getService({ name: 'projects/other/locations/local/services/x' }),
    ).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    await expect(services.getService({ name: `${production}-2` })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
  });

  test('a quota that is exceeded refuses as many calls as were asked for', async () => {
    const { cloud, services } = await startConnected();
    fault(cloud, {
      method: 'UpdateService',
      code: 'RESOURCE_EXHAUSTED',
      message: 'Quota exceeded',
      times: 2,
    });
    const change = () => shift(services, production, [latest(100)]);
    await expect(change()).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    await expect(change()).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    await expect(change()).resolves.toMatchObject({ name: production });
  });

  test('a reading call that is unavailable is repeated by the client, a changing one is not', async () => {
    const { cloud, services } = await startConnected();
    fault(cloud, { method: '*', code: 'UNAVAILABLE', message: 'The service is currently unavailable.' });
    const [service] = await services.getService({ name: production });
    expect(service.name).toBe(production);
    fault(cloud, {
      method: 'UpdateService',
      code: 'UNAVAILABLE',
      message: 'The service is currently unavailable.',
    });
    await expect(shift(services, production, [latest(100)])).rejects.toMatchObject({
      code: status.UNAVAILABLE,
    });
  });

  test('a lost reply leaves the change done and its operation to be found', async () => {
    const { cloud, services } = await startConnected();
    const drop = { method: 'UpdateService', resource: '', times: 1, delayMs: 0, loseReply: 'drop' } as const;
    cloud.levers.addFault(drop);
    const template = { revision: 'api-production-lost', containers: [{ image: image(cloud, 'v1.1.0') }] };
    const request = {
      service: { name: production, template, traffic: [pinned('api-production-lost', 100)] },
      updateMask: { paths: ['template', 'traffic'] },
    };
    await expect(services.updateService(request)).rejects.toMatchObject({ code: status.UNAVAILABLE });
    expect(cloud.calls()).toMatchObject([
      { effect: 'changed', reply: 'lost', revision: 'api-production-lost' },
    ]);

    const [again] = await services.updateService(request);
    await again.promise();
    expect(cloud.calls()).toMatchObject([{ effect: 'changed' }, { effect: 'no-op', reply: 'sent' }]);
    expect(await getJson(serviceUrl(cloud, production))).toMatchObject({ revision: 'api-production-lost' });
  });

  test('a reply that never comes ends at the deadline of the caller, with the change done', async () => {
    const { cloud, services } = await startConnected();
    cloud.levers.addFault({
      method: 'UpdateService',
      resource: '',
      times: 1,
      delayMs: 0,
      loseReply: 'never',
    });
    const request = {
      service: { name: production, traffic: [latest(100)] },
      updateMask: { paths: ['traffic'] },
    };
    await expect(services.updateService(request, { timeout: 200 })).rejects.toMatchObject({
      code: status.DEADLINE_EXCEEDED,
    });
    expect(cloud.calls()).toMatchObject([{ effect: 'changed', reply: 'lost', changed: ['traffic'] }]);
  });
});

describe('a call without the routing header', () => {
  test('is refused with INVALID_ARGUMENT', async () => {
    const { cloud } = await startConnected();
    await expect(getServiceRaw(cloud, new Metadata())).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      message: expect.stringContaining('x-goog-request-params'),
    });
    const elsewhere = new Metadata();
    elsewhere.set('x-goog-request-params', 'location=europe-west1');
    await expect(getServiceRaw(cloud, elsewhere)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });
});

/** Calls GetService without the help of the official client. */
function getServiceRaw(cloud: DemoCloud, metadata: Metadata): Promise<unknown> {
  const name = Buffer.from(production);
  const request = Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const client = new Client(cloud.runEndpoint, credentials.createInsecure());
  onTestFinished(() => client.close());
  const same = (bytes: Buffer) => bytes;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      '/google.cloud.run.v2.Services/GetService',
      same,
      same,
      request,
      metadata,
      (error, reply) => (error === null ? resolve(reply) : reject(error)),
    );
  });
}

describe('two clients', () => {
  test('that change the same service from the same state do not overwrite each other', async () => {
    const { cloud, services } = await startConnected();
    const other = connect(cloud.runEndpoint);
    const [read] = await services.getService({ name: production });
    const change = (client: typeof services, traffic: ReturnType<typeof latest>) =>
      client.updateService({
        service: { name: production, etag: read.etag ?? '', traffic: [traffic] },
        updateMask: { paths: ['traffic'] },
      });
    const results = await Promise.allSettled([
      change(services, { ...latest(100), tag: 'a' }),
      change(other.services, { ...latest(100), tag: 'b' }),
    ]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
