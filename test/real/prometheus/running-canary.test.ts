import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoConfig, quick } from '../../support/demo-config.ts';
import { freePort } from '../../support/processes.ts';
import { type RunningBot, startBotWithPlayground } from '../../support/running-bot.ts';
import { type SeenMessage, says, type TestPerson, wordsOf } from '../../support/workspace.ts';
import { installedPrometheus, type PrometheusServer, startPrometheus } from './prometheus-server.ts';

const installed = installedPrometheus();

/** Short steps, judged by what Prometheus has counted; in staging by what it never can have. */
function judgedBy(url: string): (config: DemoConfig) => void {
  return (config) => {
    quick(config);
    const { api } = config.services;
    for (const [environment, its] of Object.entries(api?.environments ?? {})) {
      const minRequests = environment === 'staging' ? 1_000_000 : 3;
      const holdLimit = environment === 'staging' ? '8s' : '2m';
      const prometheus = { url, timeout: '2s', requests: REQUESTS, minRequests, queries: [ERROR_RATE] };
      its.canary = {
        steps: [10, 50, 100],
        pause: '8s',
        interval: '2s',
        holdLimit,
        analysis: [{ prometheus }],
      };
    }
  };
}

const REQUESTS = 'sum(increase(http_requests_total{revision="$canary"}[$window]))';
const ERROR_RATE = {
  name: 'error rate',
  query: `(sum(rate(http_requests_total{revision="$canary",code=~"5.."}[$window])) or vector(0))
    / sum(rate(http_requests_total{revision="$canary"}[$window]))`,
  max: '1%',
};

describe.skipIf(installed === null)(`a canary that ${installed} judges`, () => {
  let running: RunningBot;
  let prometheus: PrometheusServer;
  let ana: TestPerson;
  let bo: TestPerson;
  beforeAll(async () => {
    const port = await freePort();
    running = await startBotWithPlayground({}, judgedBy(`http://127.0.0.1:${port}`));
    const { workspace, directory } = running;
    prometheus = await startPrometheus({ directory, port, scrape: workspace.frontDoor('api', 'production') });
    ana = workspace.person('ana');
    bo = workspace.person('bo');
  });
  afterAll(async () => {
    await prometheus?.stop();
    await running?.stop();
  });

  const shares = (environment: string) => running.workspace.shares('api', environment);
  const message = (ts: string, ...parts: readonly string[]) =>
    ana.see('deploys', (seen) => seen.ts === ts && says(...parts)(seen));

  async function thread(ts: string): Promise<readonly string[]> {
    return (await ana.thread('deploys', ts)).map((line: SeenMessage) => wordsOf(line));
  }

  async function movesOf(ts: string): Promise<number> {
    return (await thread(ts)).filter((line) => line.includes('The canary takes')).length;
  }

  it('is held while Prometheus is away, says so, and goes on by itself when it is back', {
    timeout: 180_000,
  }, async () => {
    await ana.command('deploys', '/canary auto api v1.1.0 production');
    const { ts } = await ana.see('deploys', says('Canary of api in production', 'Waiting for approval'));
    await bo.react('deploys', ts, 'white_check_mark');
    await message(ts, '10 % of the traffic');
    await expect.poll(() => shares('production')).toEqual({ 'v1.0.0': 90, 'v1.1.0': 10 });

    await prometheus.stop();
    await message(ts, 'Held:', 'what judges it could not be asked', 'refused the connection');
    await expect.poll(() => thread(ts)).toContainEqual(expect.stringContaining('could not be asked'));
    // Its time goes by, and it does not go on.
    await message(ts, 'This step has been watched for its time');
    expect(await movesOf(ts)).toBe(1);
    expect(await shares('production')).toEqual({ 'v1.0.0': 90, 'v1.1.0': 10 });

    await prometheus.start();
    await expect
      .poll(() => thread(ts), { timeout: 30_000 })
      .toContainEqual(expect.stringContaining('What held the canary is over'));
    await expect.poll(() => shares('production'), { timeout: 90_000 }).toEqual({ 'v1.1.0': 100 });
    await message(ts, '· Done');
    expect((await ana.messages('deploys')).filter(says('Canary of api in production'))).toHaveLength(1);
  });

  it('without data is held, tells the channel, and is taken back after the time limit', {
    timeout: 120_000,
  }, async () => {
    const before = await shares('staging');
    await ana.command('deploys', '/canary auto api v1.1.0 staging');
    const { ts } = await ana.see('deploys', says('Canary of api in staging', 'Running'));
    await message(ts, 'Held:', 'there has been nothing to judge it by');
    expect(await shares('staging')).toEqual({ 'v1.0.0': 90, 'v1.1.0': 10 });
    await message(ts, 'Undone', 'nothing to judge it by', 'The traffic is as it was before the canary');
    expect(await shares('staging')).toEqual(before);
    const told = await thread(ts);
    expect(told).toContainEqual(expect.stringContaining('Held:'));
    expect(told).toContainEqual(expect.stringMatching(/Undone.*nothing to judge it by/));
  });
});
