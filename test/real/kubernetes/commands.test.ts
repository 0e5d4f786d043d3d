import { describe, expect, test } from 'vitest';
import { noCluster } from '../../support/kubernetes/cluster.ts';
import { says, wordsOf } from '../../support/workspace.ts';
import { type BotOnCluster, botOnCluster } from './bot-on-cluster.ts';

const imageOf = async (bot: BotOnCluster, environment: string) =>
  String((await bot.workload(environment)).spec.template.spec.containers[0].image);

describe.skipIf(noCluster)('typed in Slack, done on Kubernetes', () => {
  test('/deploy, /status and /rollback', async () => {
    const bot = await botOnCluster();
    const { ana, watch } = bot;
    const id = await watch.begun(() => ana.command('deploys', '/deploy api v1.1.0 staging'));
    await watch.until('succeeded');
    const done = wordsOf(await ana.see('deploys', says(id, 'Done')));
    expect(done).toMatch(/All 2 pods run \w{12}/);
    expect(await imageOf(bot, 'staging')).toContain(await bot.digestOf('v1.1.0'));

    const status = wordsOf(await ana.ask('deploys', '/status api staging'));
    expect(status).toContain('v1.1.0');
    expect(status).toContain('2 of 2 pods ready');

    const back = await watch.begun(() => ana.command('deploys', '/rollback api staging'));
    await watch.until('succeeded');
    expect(wordsOf(await ana.see('deploys', says(back, 'Done')))).toContain('v1.0.0');
    expect(await imageOf(bot, 'staging')).toContain(await bot.digestOf('v1.0.0'));
  });

  test('a rollout that exceeds its deadline is undone, and the thread says why', async () => {
    const bot = await botOnCluster();
    const { ana, watch, cluster } = bot;
    await cluster.logs(['ModuleNotFoundError: No module named “techassist”']);
    const before = (await bot.workload('staging')).spec.template;
    const id = await watch.begun(() => ana.command('deploys', '/deploy api v1.3.0-broken staging'));
    await watch.until('undone');
    const undone = await ana.see('deploys', says(id, 'Undone'));
    expect(wordsOf(undone)).toMatch(/progress deadline.*CrashLoopBackOff: app exited with 1/);
    const thread = async () => (await ana.thread('deploys', undone.ts)).map(wordsOf).join('\n');
    await expect.poll(thread).toContain('ModuleNotFoundError');
    expect((await bot.workload('staging')).spec.template).toEqual(before);
  });

  test('what the role lacks is named by verb and resource, and nothing was changed', async () => {
    const bot = await botOnCluster();
    const { ana, watch } = bot;
    await bot.deny();
    const id = await watch.begun(() => ana.command('deploys', '/deploy api v1.1.0 staging'));
    await watch.until('undone');
    const words = wordsOf(await ana.see('deploys', says(id, 'Undone')));
    expect(words).toContain(`patch deployments.apps in namespace ${bot.cluster.namespace}`);
    expect(bot.proxy.changes()).toBe(0);
  });

  test('a plan that somebody overtakes while it waits for approval is void', async () => {
    const bot = await botOnCluster();
    const { ana, bo, watch, cluster } = bot;
    const id = await watch.begun(() =>
      ana.command('deploys', '/deploy api v1.1.0 production --emergency "first"'),
    );
    await watch.until('succeeded');
    await ana.see('deploys', says(id, 'Done'));
    const next = await watch.begun(() => ana.command('deploys', '/rollback api production'));
    const asked = await ana.see('deploys', says(next));
    const env = [{ name: 'OTHERS', value: '1' }];
    const path = cluster.path('apps/v1', 'deployments', 'api-production');
    await cluster.api.patch(path, { spec: { template: { spec: { containers: [{ name: 'app', env }] } } } });
    await bo.react('deploys', asked.ts, 'white_check_mark');
    await watch.until('voided');
    expect(bot.proxy.changes()).toBe(1);
  });
});
