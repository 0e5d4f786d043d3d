import { describe, expect, test } from 'vitest';
import { noCluster } from '../../support/kubernetes/cluster.ts';
import { runShipped } from '../../support/processes.ts';
import { says, wordsOf } from '../../support/workspace.ts';
import { botOnCluster } from './bot-on-cluster.ts';

describe.skipIf(noCluster)('a bot that runs in the cluster', () => {
  test('passes its doctor as the account of its pod', async () => {
    const { running } = await botOnCluster({ inCluster: true });
    const env = { ...running.env, WEBHOOK_SECRET_ALERTMANAGER: 'sixteen-letters-and-more' };
    const { code, output } = await runShipped(['doctor'], env);
    console.log(`doctor in the cluster: ${output.trim().split('\n').at(-1)}`);
    expect(output).toMatch(/^✓ api\/staging: .*deployment/im);
    expect(code).toBe(0);
  });

  test('deploys as the account of its pod, which may no more than its role says', async () => {
    const bot = await botOnCluster({ inCluster: true });
    const { ana, watch, cluster, proxy } = bot;
    const id = await watch.begun(() => ana.command('deploys', '/deploy api v1.1.0 staging'));
    await watch.until('succeeded');
    expect(wordsOf(await ana.see('deploys', says(id, 'Done')))).toMatch(/All 2 pods run \w{12}/);
    const { metadata, spec } = await bot.workload('staging');
    expect(spec.template.spec.containers[0].image).toContain(await bot.digestOf('v1.1.0'));
    expect(metadata.annotations).toMatchObject({ 'slipway/operation': id });

    const role = cluster.path('rbac.authorization.k8s.io/v1', 'roles', 'bot');
    const rules: readonly { readonly verbs: readonly string[] }[] = (await cluster.api.get(role)).rules;
    const less = rules.map((rule) => ({ ...rule, verbs: rule.verbs.filter((verb) => verb !== 'patch') }));
    await cluster.api.merge(role, { rules: less.filter(({ verbs }) => verbs.length > 0) });
    const back = await watch.begun(() => ana.command('deploys', '/rollback api staging'));
    await watch.until('undone');
    const refused = wordsOf(await ana.see('deploys', says(back, 'Undone')));
    expect(refused).toContain(`patch deployments.apps in namespace ${cluster.namespace}`);
    expect(proxy.calls()).toEqual([]);
  });
});
