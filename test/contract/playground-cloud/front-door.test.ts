import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServicesClient } from '@google-cloud/run';
import { describe, expect, test } from 'vitest';
import type { DemoCloud } from '../../../src/playground/cloud/demo-cloud.ts';
import {
  deployTagged,
  getJson,
  pinned,
  production,
  serviceUrl,
  shift,
  startConnected,
  tagUri,
} from './demo.ts';

const first = 'api-production-00001-one';

async function deployNext(
  of: { cloud: DemoCloud; services: ServicesClient },
  version: string,
): Promise<string> {
  const to = { name: production, revision: 'api-production-next', version, tag: 'next' };
  return tagUri(await deployTagged(of, to), 'next');
}

/** How many of `count` requests, 20 at a time, each revision answered. */
async function share(url: string, count: number): Promise<ReadonlyMap<unknown, number>> {
  const answers = new Map<unknown, number>();
  let left = count;
  const visitor = async () => {
    while (left > 0) {
      left -= 1;
      const { revision } = await getJson(url);
      answers.set(revision, (answers.get(revision) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 20 }, visitor));
  return answers;
}

describe('the front door of a service', () => {
  test.each([
    10, 50, 90,
  ])('gives a revision with a weight of %i %% that share of 2,000 requests', async (weight) => {
    const { cloud, services } = await startConnected();
    await deployNext({ cloud, services }, 'v1.1.0');
    await shift(services, production, [pinned(first, 100 - weight), pinned('api-production-next', weight)]);
    const answers = await share(serviceUrl(cloud, production), 2000);
    const percent = (answers.get('api-production-next') ?? 0) / 20;
    expect(Math.abs(percent - weight)).toBeLessThanOrEqual(3);
    expect([...answers.values()].reduce((sum, count) => sum + count, 0)).toBe(2000);
  });

  test('fails no request while weights change under load', async () => {
    const { cloud, services } = await startConnected();
    await deployNext({ cloud, services }, 'v1.1.0');
    const url = serviceUrl(cloud, production);
    const seen = { ok: 0, failed: 0 };
    let shifting = true;
    const visitor = async () => {
      while (shifting) {
        const ok = await fetch(url).then(
          (response) => response.text().then(() => response.ok),
          () => false,
        );
        seen[ok ? 'ok' : 'failed'] += 1;
      }
    };
    const visitors = Array.from({ length: 10 }, visitor);
    for (const weight of [10, 50, 90, 100, 0]) {
      await shift(services, production, [pinned(first, 100 - weight), pinned('api-production-next', weight)]);
    }
    shifting = false;
    await Promise.all(visitors);
    expect(seen.failed).toBe(0);
    expect(seen.ok).toBeGreaterThan(100);
  });

  test('counts what each revision answered, and shows it by revision in the metrics', async () => {
    const { cloud, services } = await startConnected();
    await deployNext({ cloud, services }, 'v1.1.0');
    await shift(services, production, [pinned(first, 50), pinned('api-production-next', 50)]);
    const url = serviceUrl(cloud, production);
    await share(url, 100);

    const api = cloud.snapshot().services.find((service) => service.url === url);
    expect(api).toMatchObject({ name: 'api', environment: 'production' });
    expect(api?.traffic).toMatchObject([
      { revision: first, version: 'v1.0.0', percent: 50, requests: 50, errors: 0 },
      { revision: 'api-production-next', version: 'v1.1.0', percent: 50, requests: 50, errors: 0 },
    ]);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const labels = 'service="api-production",revision="api-production-next",version="v1.1.0",code="200"';
    expect(metrics).toContain(`http_requests_total{${labels}} 50`);
    expect(metrics).toContain(`http_request_duration_seconds_count{${labels}} 50`);
  });

  test('answers health checks, and 404 for paths that are not there', async () => {
    const { cloud } = await startConnected();
    const url = serviceUrl(cloud, production);
    expect(await getJson(`${url}/health`)).toEqual({ status: 'ok' });
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
  });

  test.for([
    { host: 'evil.example' },
    { host: '127.0.0.1:1' },
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
  ])('of services, registry and Cloud SQL refuse a request with %o', async (headers) => {
    const { cloud } = await startConnected();
    const urls = [serviceUrl(cloud, production), cloud.registryUrl, cloud.sqlEndpoint];
    expect(await Promise.all(urls.map((url) => statusOf(url, headers)))).toEqual([403, 403, 403]);
  });
});

async function statusOf(url: string, headers: Readonly<Record<string, string | undefined>>): Promise<number> {
  const set = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: set }, (response) => resolve(response.resume().statusCode ?? 0));
    asked.on('error', reject).end();
  });
}

describe('the flaky version', () => {
  test('is healthy until it has taken production traffic for a while, then fails everything', async () => {
    const { cloud, services } = await startConnected();
    const tagged = await deployNext({ cloud, services }, 'v1.4.0-flaky');
    const url = serviceUrl(cloud, production);
    await share(tagged, 100);
    expect((await fetch(`${tagged}/health`)).status).toBe(200);

    await shift(services, production, [pinned('api-production-next', 100, 'next')]);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    for (let count = 0; count < 50; count += 1) await fetch(url);
    expect((await fetch(url)).status).toBe(500);
    expect((await fetch(`${tagged}/health`)).status).toBe(503);

    await shift(services, production, [pinned(first, 100), pinned('api-production-next', 0, 'next')]);
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(`${tagged}/health`)).status).toBe(200);
  });
});

describe('the slow version', () => {
  test('takes its time to be ready and to answer', async () => {
    const { cloud, services, revisions } = await startConnected();
    const deploying = deployNext({ cloud, services }, 'v1.5.0-slow');
    await delay(1500);
    const name = `${production}/revisions/api-production-next`;
    const [during] = await revisions.getRevision({ name });
    expect(during.reconciling).toBe(true);
    expect(await getJson(await deploying)).toMatchObject({ version: 'v1.5.0-slow' });
  });
});

describe('background traffic', () => {
  test('visits every front door while it is on', async () => {
    const { cloud } = await startConnected({ backgroundRequestsPerSecond: 50 });
    const fewest = () => {
      const counts = cloud
        .snapshot()
        .services.flatMap((service) => service.traffic.map((target) => target.requests));
      return Math.min(...counts);
    };
    await expect.poll(fewest, { timeout: 10_000 }).toBeGreaterThan(3);
    cloud.setBackgroundTraffic(0);
    await delay(200);
    const before = fewest();
    await delay(200);
    expect(fewest()).toBe(before);
  });
});
