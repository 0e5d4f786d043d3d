import { describe, expect, test } from 'vitest';
import { eventually, noCluster } from '../../support/kubernetes/cluster.ts';
import { says, wordsOf } from '../../support/workspace.ts';
import { type BotOnCluster, botOnCluster, killAtEveryBoundary } from './bot-on-cluster.ts';
import { ISTIO } from './traffic-world.ts';

const CANARY = { steps: [10, 50, 100], pause: '1h', interval: '5s', analysis: [] };

/** A bot whose staging gets canaries by a VirtualService. */
function canaryBot(startsIn?: string): Promise<BotOnCluster> {
  const { apiVersion, plural, kind, spec, target, role } = ISTIO;
  return botOnCluster({
    roles: [role],
    target: { traffic: target },
    more: { canary: CANARY },
    ...(startsIn && { startsIn }),
    prepare: async (cluster) => {
      await cluster.create(apiVersion, plural, { apiVersion, kind, metadata: { name: 'api' }, spec });
    },
  });
}

/** The canary's weight, the image of the workload, and whether there is a canary. */
async function standing({ cluster, workload }: BotOnCluster) {
  const route = await cluster.get(ISTIO.apiVersion, ISTIO.plural, 'api');
  const canary = cluster.path('apps/v1', 'deployments', 'api-staging-canary');
  return {
    weight: ISTIO.percentIn(route.spec),
    image: String((await workload('staging')).spec.template.spec.containers[0].image),
    canary: (await cluster.api.find(canary)) !== null,
  };
}

const weightIs = (bot: BotOnCluster, weight: number) =>
  eventually(async () => (await standing(bot)).weight === weight);

describe.skipIf(noCluster)('canaries on Kubernetes, typed in Slack', () => {
  test('/canary 10, /canary 50 and /canary promote; then another one and /canary abort', async () => {
    const bot = await canaryBot();
    const { ana, watch, digestOf } = bot;
    const id = await watch.begun(() => ana.command('deploys', '/canary 10 api v1.1.0 staging'));
    await weightIs(bot, 10);
    const status = wordsOf(await ana.ask('deploys', '/status api staging'));
    expect(status).toMatch(
      / 90 % {2}\*`v1\.0\.0`\*.* 10 % {2}\*`v1\.1\.0`\*.*`api-staging-canary-\w+` {2}\(canary\)/,
    );
    expect(status).toContain('api-staging-canary: 2 of 2 pods ready');
    await ana.command('deploys', '/canary 50 api staging');
    await weightIs(bot, 50);
    await ana.command('deploys', '/canary promote api staging');
    await watch.until('succeeded');
    expect(wordsOf(await ana.see('deploys', says(id, 'Done')))).toMatch(/All 2 pods run \w{12}/);
    const promoted = await digestOf('v1.1.0');
    expect(await standing(bot)).toEqual({
      weight: 0,
      image: expect.stringContaining(promoted),
      canary: false,
    });

    const next = await watch.begun(() => ana.command('deploys', '/canary 10 api v1.2.0 staging'));
    await weightIs(bot, 10);
    await ana.command('deploys', '/canary abort api staging');
    await watch.until('undone');
    await ana.see('deploys', says(next, 'Undone'));
    expect(await standing(bot)).toEqual({
      weight: 0,
      image: expect.stringContaining(promoted),
      canary: false,
    });
  });

  test('a weight that somebody else changes stops the canary, which says so and leaves it', async () => {
    const bot = await canaryBot();
    const { ana, watch, cluster } = bot;
    const id = await watch.begun(() => ana.command('deploys', '/canary 10 api v1.1.0 staging'));
    await weightIs(bot, 10);
    await eventually(async () => (await watch.pause()) !== null);
    const route = cluster.path(ISTIO.apiVersion, ISTIO.plural, 'api');
    await cluster.api.merge(route, { spec: ISTIO.specAt(30) });
    await watch.until('undo-failed');
    const words = wordsOf(await ana.see('deploys', says(id, 'Somebody else')));
    expect(words).toContain('30 %');
    expect((await standing(bot)).weight).toBe(30);
  });

  test.each([
    { ending: 'promote', state: 'succeeded', version: 'v1.1.0' },
    { ending: 'abort', state: 'undone', version: 'v1.0.0' },
  ])('kill -9 at every boundary until /canary $ending: right weights, and once', async (given) => {
    const bot = await canaryBot('500ms');
    const { ana, watch, proxy, digestOf } = bot;
    await watch.begun(() => ana.command('deploys', '/canary 10 api v1.1.0 staging'));
    const at10 = async () => (await standing(bot)).weight === 10 && (await watch.pause()) !== null;
    expect(await killAtEveryBoundary(bot, at10)).toBeGreaterThan(3);
    expect(proxy.changes()).toBe(2);
    await ana.command('deploys', `/canary ${given.ending} api staging`);
    expect(await killAtEveryBoundary(bot)).toBeGreaterThan(2);
    await watch.until(given.state);
    expect(proxy.changes()).toBe(given.ending === 'promote' ? 5 : 4);
    expect(await standing(bot)).toEqual({
      weight: 0,
      image: expect.stringContaining(await digestOf(given.version)),
      canary: false,
    });
  });
});
