import { describe, expect, test } from 'vitest';
import { eventually, noCluster } from '../../support/kubernetes/cluster.ts';
import { argoRollouts } from '../../support/kubernetes/rollouts.ts';
import { says, wordsOf } from '../../support/workspace.ts';
import { type BotOnCluster, botOnCluster, killAtEveryBoundary } from './bot-on-cluster.ts';

const CANARY = { steps: [10, 50, 100], pause: '1h', interval: '5s', analysis: [] };
/** What the Rollout would walk by itself. */
const OWN_STEPS = [{ setWeight: 30 }, { pause: {} }];

/** A bot whose `api` is a Rollout of ten pods without a router: a tenth of the traffic is one pod. */
function rolloutBot(startsIn?: string): Promise<BotOnCluster> {
  return botOnCluster({
    kind: 'Rollout',
    replicas: 10,
    spec: { strategy: { canary: { steps: OWN_STEPS } } },
    target: { traffic: { kind: 'argo-rollouts' } },
    more: { canary: CANARY },
    ...(startsIn && { startsIn }),
  });
}

/** How many pods are new, what the Rollout is asked to run, and the steps in it. */
async function standing({ workload }: BotOnCluster) {
  const { spec, status } = await workload('staging');
  const settled = status.stableRS === status.currentPodHash;
  return {
    canary: settled ? 0 : (status.updatedReplicas ?? 0),
    image: String(spec.template.spec.containers[0].image),
    steps: spec.strategy.canary.steps,
  };
}

const canaryHas = (bot: BotOnCluster, pods: number) =>
  eventually(async () => (await standing(bot)).canary === pods && (await bot.watch.pause()) !== null);

const onlyServes = async (bot: BotOnCluster, version: string) => ({
  canary: 0,
  image: expect.stringContaining(await bot.digestOf(version)),
  steps: OWN_STEPS,
});

describe.skipIf(noCluster)('a Rollout, typed in Slack', () => {
  test('/canary 10, /canary 50 and /canary promote; then another one and /canary abort; /status tells', async () => {
    const bot = await rolloutBot();
    const { ana, watch } = bot;
    const id = await watch.begun(() => ana.command('deploys', '/canary 10 api v1.1.0 staging'));
    await canaryHas(bot, 1);
    await ana.command('deploys', '/status api staging');
    expect(wordsOf(await ana.see('deploys', says('10 of 10 pods ready')))).toMatch(/10 %/);
    await ana.command('deploys', '/canary 50 api staging');
    await canaryHas(bot, 5);
    await ana.command('deploys', '/canary promote api staging');
    await watch.until('succeeded');
    expect(wordsOf(await ana.see('deploys', says(id, 'Done')))).toMatch(/All 10 pods run \w{12}/);
    expect(await standing(bot)).toEqual(await onlyServes(bot, 'v1.1.0'));

    const next = await watch.begun(() => ana.command('deploys', '/canary 10 api v1.2.0 staging'));
    await canaryHas(bot, 1);
    await ana.command('deploys', '/canary abort api staging');
    await watch.until('undone');
    await ana.see('deploys', says(next, 'Undone'));
    expect(await standing(bot)).toEqual(await onlyServes(bot, 'v1.1.0'));
  });

  test('a canary whose pods crash is taken back, and says why', async () => {
    const bot = await rolloutBot();
    const { ana, watch } = bot;
    const id = await watch.begun(() => ana.command('deploys', '/canary 10 api v1.3.0-broken staging'));
    await watch.until('undone');
    const words = wordsOf(await ana.see('deploys', says(id, 'Undone')));
    expect(words).toContain('CrashLoopBackOff');
    expect(await standing(bot)).toEqual(await onlyServes(bot, 'v1.0.0'));
  });

  test('a promotion by hand stops the canary, which says so and leaves it', async () => {
    const bot = await rolloutBot();
    const { ana, watch, cluster, digestOf } = bot;
    const id = await watch.begun(() => ana.command('deploys', '/canary 10 api v1.1.0 staging'));
    await canaryHas(bot, 1);
    await argoRollouts(cluster, 'api-staging').promote();
    await watch.until('undo-failed');
    expect(wordsOf(await ana.see('deploys', says(id, 'promoted')))).toContain('Somebody else');
    expect((await standing(bot)).image).toContain(await digestOf('v1.1.0'));
  });

  test('/deploy goes to everything whatever its own steps say; a forbidden call names what the role lacks', async () => {
    const bot = await rolloutBot();
    const { ana, watch } = bot;
    const id = await watch.begun(() => ana.command('deploys', '/deploy api v1.1.0 staging'));
    await watch.until('succeeded');
    const words = wordsOf(await ana.see('deploys', says(id, 'Done')));
    expect(words).toContain('Its own canary steps are not walked');
    expect(await standing(bot)).toEqual(await onlyServes(bot, 'v1.1.0'));
    await bot.deny();
    const denied = await watch.begun(() => ana.command('deploys', '/canary 10 api v1.2.0 staging'));
    await ana.see('deploys', says(denied, 'patch rollouts.argoproj.io'));
    expect(await standing(bot)).toEqual(await onlyServes(bot, 'v1.1.0'));
  });

  test('kill -9 at every boundary until /canary abort: right pods, and once', async () => {
    const bot = await rolloutBot('500ms');
    const { ana, watch, proxy } = bot;
    await watch.begun(() => ana.command('deploys', '/canary 10 api v1.1.0 staging'));
    const at10 = async () => (await standing(bot)).canary === 1 && (await watch.pause()) !== null;
    expect(await killAtEveryBoundary(bot, at10)).toBeGreaterThan(3);
    expect(proxy.changes()).toBe(2);
    await ana.command('deploys', '/canary abort api staging');
    expect(await killAtEveryBoundary(bot)).toBeGreaterThan(1);
    await watch.until('undone');
    expect(proxy.changes()).toBe(3);
    expect(await standing(bot)).toEqual(await onlyServes(bot, 'v1.0.0'));
  });
});
