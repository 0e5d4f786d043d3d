import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { protos } from '@google-cloud/run';
import { Client, credentials, status } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { expect, onTestFinished, test } from 'vitest';
import type { DemoCloud } from '../../../src/playground/cloud/demo-cloud.ts';
import { latest, pinned, production, shift, startConnected } from './demo.ts';

const { GetOperationRequest, ListOperationsRequest } = protos.google.longrunning;
const toLatest = {
  service: { name: production, traffic: [latest(100)] },
  updateMask: { paths: ['traffic'] },
};

test('an operation that is held ends only when it is let go', async () => {
  const { cloud, services } = await startConnected();
  cloud.holdOperations(true);
  const [operation] = await services.updateService(toLatest);
  const name = operation.name ?? '';
  expect((await services.checkUpdateServiceProgress(name)).done).toBe(false);

  cloud.holdOperations(false);
  await operation.promise();
  const [settled] = await services.getOperation(GetOperationRequest.create({ name }));
  expect(settled.done).toBe(true);
});

test('the operations of a project are listed, newest first, by whether they are done', async () => {
  const { cloud, services } = await startConnected();
  await shift(services, production, [pinned('api-production-00001-one', 100, 'now')]);
  cloud.holdOperations(true);
  const [running] = await services.updateService(toLatest);
  const list = async (filter: string) => {
    const request = ListOperationsRequest.create({ name: 'projects/demo/locations/local', filter });
    const found: protos.google.longrunning.IOperation[] = [];
    for await (const operation of services.listOperationsAsync(request, { autoPaginate: false })) {
      found.push(operation);
    }
    return found;
  };
  expect((await list('')).map((operation) => operation.done)).toEqual([false, true]);
  expect((await list('done:false')).map((operation) => operation.name)).toEqual([running.name]);
});

test('an operation that is waited for is answered when it is done, or when the time is over', async () => {
  const { cloud, services } = await startConnected();
  const [operation] = await services.updateService(toLatest);
  expect(await wait(cloud, { name: operation.name, timeout: { seconds: 10 } })).toMatchObject({ done: true });

  cloud.holdOperations(true);
  const request = { service: { name: production, traffic: [latest(100)], description: 'x' } };
  const [held] = await services.updateService({ ...request, updateMask: { paths: ['description'] } });
  expect(await wait(cloud, { name: held.name, timeout: { nanos: 50_000_000 } })).not.toHaveProperty(
    'done',
    true,
  );
});

test('an operation that does not exist is not found', async () => {
  const { services } = await startConnected();
  const name = 'projects/demo/locations/local/operations/none';
  await expect(services.checkUpdateServiceProgress(name)).rejects.toMatchObject({ code: status.NOT_FOUND });
});

/** WaitOperation, which the official client does not offer. */
function wait(cloud: DemoCloud, request: object): Promise<unknown> {
  const path = createRequire(import.meta.url).resolve('@google-cloud/run/build/protos/protos.json');
  const definitions = fromJSON(JSON.parse(readFileSync(path, 'utf8')));
  const definition = definitions['google.longrunning.Operations'];
  if (definition === undefined || 'format' in definition) throw new Error('no definition of Operations');
  const client = new Client(cloud.runEndpoint, credentials.createInsecure());
  onTestFinished(() => client.close());
  const { requestSerialize, responseDeserialize } = definition.WaitOperation ?? {};
  if (requestSerialize === undefined || responseDeserialize === undefined)
    throw new Error('no WaitOperation');
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      '/google.longrunning.Operations/WaitOperation',
      requestSerialize,
      responseDeserialize,
      request,
      (error: Error | null, reply?: unknown) => (error === null ? resolve(reply) : reject(error)),
    );
  });
}
