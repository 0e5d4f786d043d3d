import { once } from 'node:events';
import { createServer } from 'node:http';
import { status } from '@grpc/grpc-js';
import express from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cloudControlRouter, cloudRouter } from '../../../src/playground/cloud/routes.ts';
import { getJson, latest, production, shift, startConnected } from './demo.ts';

/** A demo cloud whose reads and levers are mounted as the playground mounts them. */
async function startMounted() {
  const connected = await startConnected();
  const app = express();
  app.use(cloudRouter(connected.cloud), cloudControlRouter(connected.cloud));
  app.post('/echo', (request, response) => void request.pipe(response));
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const pull = (lever: string, body: unknown) =>
    fetch(`${url}/playground/control/cloud/${lever}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  return { ...connected, url, pull };
}

describe('the public reads', () => {
  test('show services with their traffic and revisions, and the number of calls', async () => {
    const { url, services } = await startMounted();
    await shift(services, production, [latest(100)]);
    const cloud = await getJson(`${url}/playground/cloud`);
    expect(cloud).toMatchObject({ calls: 1, services: { length: 4 } });
    expect(cloud).toHaveProperty('services.1', {
      name: 'api',
      environment: 'production',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      traffic: [
        { revision: 'api-production-00001-one', version: 'v1.0.0', percent: 100, requests: 0, errors: 0 },
      ],
      revisions: [
        {
          name: 'api-production-00001-one',
          version: 'v1.0.0',
          digest: expect.stringMatching(/^sha256:/),
          ready: true,
          reason: '',
          created: expect.stringMatching(/Z$/),
        },
      ],
    });
  });

  test('show the log of mutating calls', async () => {
    const { url, services } = await startMounted();
    await shift(services, production, [latest(100)]);
    const { calls } = await getJson(`${url}/playground/cloud/calls`);
    expect(calls).toMatchObject([
      {
        id: 1,
        method: 'UpdateService',
        resource: production,
        effect: 'changed',
        changed: ['traffic'],
        trafficBefore: [{ percent: 100, revision: 'api-production-00001-one' }],
        trafficAfter: [{ percent: 100, revision: '' }],
      },
    ]);
  });
});

describe('the levers', () => {
  test('make calls fail, until they are cleared', async () => {
    const { url, pull, services } = await startMounted();
    await pull('faults', { method: 'UpdateService', times: 5, error: { code: 'RESOURCE_EXHAUSTED' } });
    await expect(shift(services, production, [latest(100)])).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      message: expect.stringContaining('Quota exceeded'),
    });
    expect(await getJson(`${url}/playground/control/cloud`)).toMatchObject({ faults: [{ times: 4 }] });
    await fetch(`${url}/playground/control/cloud/faults`, { method: 'DELETE' });
    await expect(shift(services, production, [latest(100)])).resolves.toMatchObject({ name: production });
  });

  test.each([
    ['operations', { hold: true }, { holdOperations: true }],
    ['permissions', { deny: ['run.services.update'] }, { deniedPermissions: ['run.services.update'] }],
    ['registry', { delayMs: 5 }, { registry: { down: false, delayMs: 5, requireToken: false } }],
  ])('pull %s', async (lever, body, state) => {
    const { url, pull } = await startMounted();
    expect((await pull(lever, body)).status).toBe(200);
    expect(await getJson(`${url}/playground/control/cloud`)).toMatchObject(state);
  });

  test.each([
    ['tags', { repository: 'demo/api', tag: 'latest', to: 'v1.1.0' }],
    ['jobs', { job: 'api-migrate', fails: true }],
    ['visitors', { perSecond: 0 }],
    ['faults', { method: 'RunJob', delayMs: 1, loseReply: 'drop' }],
  ])('take %s', async (lever, body) => {
    const { pull } = await startMounted();
    expect((await pull(lever, body)).status).toBe(200);
  });

  test('leave the bodies of requests to others alone', async () => {
    const { url } = await startMounted();
    const headers = { 'content-type': 'application/json' };
    const echoed = await fetch(`${url}/echo`, { method: 'POST', headers, body: '{"for":"others"}' });
    expect(await echoed.text()).toBe('{"for":"others"}');
  });

  test.each([
    ['faults', { error: { code: 'NO_SUCH_STATUS' } }, 400],
    ['faults', { metod: 'UpdateService' }, 400],
    ['tags', { repository: 'demo/api', tag: 'latest', to: 'v9.9.9' }, 404],
    ['jobs', { job: 'none', fails: true }, 404],
  ])('refuse %s of %j with %i', async (lever, body, code) => {
    const { pull } = await startMounted();
    expect((await pull(lever, body)).status).toBe(code);
  });
});
