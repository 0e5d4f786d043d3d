import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startDemoCloud } from '../../../src/playground/cloud/demo-cloud.ts';
import {
  connect,
  deployTagged,
  getJson,
  image,
  latest,
  pinned,
  production,
  serviceUrl,
  shift,
  staging,
  startCloud,
  tagUri,
  temporaryDirectory,
} from './demo.ts';

const program = new URL('./run-demo-cloud.ts', import.meta.url).pathname;

/** Starts a demo cloud as a process of its own and resolves with its endpoint and a way to kill it. */
async function startProcess(dataDir: string) {
  const child = spawn(process.execPath, [program, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  const [line] = await once(child.stdout, 'data');
  return { endpoint: String(line).trim(), kill };
}

describe('a demo cloud that is killed', () => {
  test('in the middle of a deployment, goes on with it when it is started again', async () => {
    const dataDir = temporaryDirectory();
    const killed = await startProcess(dataDir);
    const before = connect(killed.endpoint);
    const [{ template }] = await before.services.getService({ name: staging });
    const wanted = (template?.containers?.[0]?.image ?? '').replace(/@.*/, ':v1.1.0');
    const [operation] = await before.services.updateService({
      service: { name: staging, template: { revision: 'api-staging-next', containers: [{ image: wanted }] } },
      updateMask: { paths: ['template'] },
    });
    await killed.kill();

    const cloud = await startCloud({ dataDir });
    expect(cloud.runEndpoint).toBe(killed.endpoint);
    const { services } = connect(cloud.runEndpoint);
    const progress = await services.checkUpdateServiceProgress(operation.name ?? '');
    const [service] = await progress.promise();
    expect(service.latestReadyRevision).toBe(`${staging}/revisions/api-staging-next`);
    expect(await getJson(serviceUrl(cloud, staging))).toMatchObject({ version: 'v1.1.0' });
    expect(cloud.calls()).toMatchObject([{ method: 'UpdateService', effect: 'changed' }]);
  });

  test('at any moment, keeps every change that it acknowledged', async () => {
    const dataDir = temporaryDirectory();
    for (const percent of [10, 20, 30]) {
      const running = await startProcess(dataDir);
      const { services } = connect(running.endpoint);
      const traffic = [pinned('api-staging-00001-one', percent), latest(100 - percent)];
      await services.updateService({
        service: { name: staging, traffic },
        updateMask: { paths: ['traffic'] },
      });
      await running.kill();
    }
    const cloud = await startCloud({ dataDir });
    const [service] = await connect(cloud.runEndpoint).services.getService({ name: staging });
    expect(service.traffic?.[0]?.percent).toBe(30);
    expect(cloud.calls().map((call) => call.effect)).toEqual(['changed', 'changed', 'changed']);
  });
});

describe('a demo cloud that is started again', () => {
  test('has its services, tags and addresses where they were', async () => {
    const dataDir = temporaryDirectory();
    const before = await startDemoCloud({ dataDir });
    const clients = connect(before.runEndpoint);
    const to = { name: production, revision: 'api-production-next', version: 'v1.1.0', tag: 'next' };
    const uri = tagUri(await deployTagged({ cloud: before, services: clients.services }, to), 'next');
    await shift(clients.services, production, [pinned(to.revision, 100, 'next')]);
    before.moveTag({ repository: 'demo/api', tag: 'v1.0.0', to: 'v1.2.0' });
    await before.stop();

    const after = await startCloud({ dataDir });
    expect(after.services).toEqual(before.services);
    expect([after.registryUrl, after.runEndpoint]).toEqual([before.registryUrl, before.runEndpoint]);
    expect(await getJson(uri)).toMatchObject({ version: 'v1.1.0' });
    expect(await getJson(serviceUrl(after, production))).toMatchObject({ version: 'v1.1.0' });
    const { services } = connect(after.runEndpoint);
    const template = { containers: [{ image: image(after, 'v1.0.0') }] };
    const request = { service: { name: staging, template }, updateMask: { paths: ['template'] } };
    const [operation] = await services.updateService(request);
    await operation.promise();
    expect(await getJson(serviceUrl(after, staging))).toMatchObject({ version: 'v1.2.0' });
  });

  test('forgets a last line that was cut short', async () => {
    const dataDir = temporaryDirectory();
    const before = await startDemoCloud({ dataDir });
    await before.stop();
    appendFileSync(join(dataDir, 'cloud.jsonl'), '[["services","projects/demo/loc');
    const after = await startCloud({ dataDir });
    expect(after.services).toHaveLength(4);
  });

  test('refuses a journal that is damaged in the middle, and says where', async () => {
    const dataDir = temporaryDirectory();
    const before = await startDemoCloud({ dataDir });
    await before.stop();
    const path = join(dataDir, 'cloud.jsonl');
    writeFileSync(path, `{"torn\n${readFileSync(path, 'utf8')}`);
    await expect(startDemoCloud({ dataDir })).rejects.toThrow('cloud.jsonl:1');
  });

  test('says which port is taken, and by what it was used, and leaves the data alone', async () => {
    const dataDir = temporaryDirectory();
    const before = await startDemoCloud({ dataDir });
    const { port } = new URL(before.registryUrl);
    await before.stop();
    const journal = readFileSync(join(dataDir, 'cloud.jsonl'), 'utf8');
    const other = createServer().listen(Number(port), '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());

    await expect(startDemoCloud({ dataDir })).rejects.toThrow(
      `127.0.0.1:${port}, the port that its registry had`,
    );
    expect(readFileSync(join(dataDir, 'cloud.jsonl'), 'utf8')).toBe(journal);
  });

  test('gives back all ports when the one of a service is taken', async () => {
    const dataDir = temporaryDirectory();
    const before = await startDemoCloud({ dataDir });
    const { port } = new URL(serviceUrl(before, production));
    await before.stop();
    const other = createServer().listen(Number(port), '127.0.0.1');
    await once(other, 'listening');
    await expect(startDemoCloud({ dataDir })).rejects.toThrow('its service api-production had');
    other.close();
    await once(other, 'close');
    const after = await startCloud({ dataDir });
    expect(after.services).toEqual(before.services);
  });
});
