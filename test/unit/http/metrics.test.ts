import { expect, it } from 'vitest';
import { type Config, configSchema } from '../../../src/config/schema.ts';
import { createMetrics } from '../../../src/http/metrics.ts';

const target = { kind: 'cloud-run', project: 'p', region: 'r', service: 's' };
const services: Config['services'] = configSchema.shape.services.parse({
  api: {
    image: 'registry.example/api',
    environments: { staging: { target }, production: { target } },
  },
});

async function operations(metrics: ReturnType<typeof createMetrics>): Promise<readonly string[]> {
  const { text } = await metrics.expose();
  return text.split('\n').filter((line) => line.startsWith('slipway_operations_total{'));
}

it('counts bad ends from 0 for everything in the config, so that the first one is an increase', async () => {
  const metrics = createMetrics({ services });
  const sample = (count: number) =>
    `slipway_operations_total{kind="deploy",service="api",environment="production",result="undo-failed"} ${count}`;
  expect(await operations(metrics)).toContain(sample(0));
  metrics.ended({
    kind: 'deploy',
    target: { service: 'api', environment: 'production' },
    state: 'undo-failed',
    seconds: 3,
  });
  expect(await operations(metrics)).toContain(sample(1));
});

it('begins no series for ends that call nobody', async () => {
  const series = await operations(createMetrics({ services }));
  expect(series.length).toBeGreaterThan(0);
  expect(series.filter((line) => !/result="(failed|undone|undo-failed)"/.test(line))).toEqual([]);
});

it('counts the answers of a webhook that is on from 0, so that its first refused call is an increase', async () => {
  const metrics = createMetrics({ services });
  const samples = async () =>
    (await metrics.expose()).text.split('\n').filter((line) => line.startsWith('slipway_webhooks_total{'));
  expect(await samples()).toEqual([]);
  metrics.webhookOpened('alertmanager');
  for (const status of [200, 400, 401, 413, 500, 503]) {
    expect(await samples()).toContain(`slipway_webhooks_total{webhook="alertmanager",status="${status}"} 0`);
  }
  metrics.webhookAnswered({ webhook: 'alertmanager', status: 401 });
  expect(await samples()).toContain('slipway_webhooks_total{webhook="alertmanager",status="401"} 1');
});
