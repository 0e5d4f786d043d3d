import { describe, expect, test } from 'vitest';
import { type Cluster, noCluster } from '../../support/kubernetes/cluster.ts';
import { BEHAVIOUR } from '../../support/kubernetes/stages.ts';
import { says, wordsOf } from '../../support/workspace.ts';
import { type BotOnCluster, botOnCluster, killAtEveryBoundary } from './bot-on-cluster.ts';

/** The staging of a shop by colours: blue serves v1.0.0 with two pods, green has none. */
function colouredBot(annotations: Readonly<Record<string, string>> = {}): Promise<BotOnCluster> {
  return botOnCluster({
    roles: ['blue-green'],
    target: { blueGreen: { service: 'api', drain: '1s' } },
    prepare: (cluster, image) => prepare(cluster, image, annotations),
  });
}

async function prepare(cluster: Cluster, image: string, annotations: Readonly<Record<string, string>>) {
  for (const version of ['blue', 'green']) {
    const labels = { shop: 'api', version };
    const spec = { progressDeadlineSeconds: 10 };
    const workload = { name: `api-staging-${version}`, image, labels, spec, annotations };
    if (version === 'blue') await cluster.deploy({ ...workload, replicas: 2 });
    else await cluster.begin({ ...workload, replicas: 0 });
  }
  await cluster.create('v1', 'services', {
    metadata: { name: 'api' },
    spec: { selector: { shop: 'api', version: 'blue' }, ports: [{ port: 80 }] },
  });
}

/** Which colour is selected, and how many pods each of them is to have. */
async function standing({ cluster }: BotOnCluster) {
  const [service, blue, green] = await Promise.all([
    cluster.get('v1', 'services', 'api'),
    cluster.get('apps/v1', 'deployments', 'api-staging-blue'),
    cluster.get('apps/v1', 'deployments', 'api-staging-green'),
  ]);
  return {
    selected: service.spec.selector.version,
    blue: blue.spec.replicas,
    green: green.spec.replicas,
  };
}

describe.skipIf(noCluster)('blue and green, typed in Slack', () => {
  test('/deploy switches to green, /status says who serves, and /rollback goes back to blue', async () => {
    const bot = await colouredBot();
    const { ana, watch } = bot;
    const id = await watch.begun(() => ana.command('deploys', '/deploy api v1.1.0 staging'));
    await watch.until('succeeded');
    const done = wordsOf(await ana.see('deploys', says(id, 'Done')));
    expect(done).toMatch(/All 2 pods run \w{12} behind the Service api/);
    expect(await standing(bot)).toEqual({ selected: 'green', blue: 0, green: 2 });

    const status = wordsOf(await ana.ask('deploys', '/status api staging'));
    expect(status).toContain('green serves: the Service api selects it');

    const back = await watch.begun(() => ana.command('deploys', '/rollback api staging'));
    await watch.until('succeeded');
    expect(wordsOf(await ana.see('deploys', says(back, 'Done')))).toContain('v1.0.0');
    expect(await standing(bot)).toEqual({ selected: 'blue', blue: 2, green: 0 });
  });

  test('kill -9 at every boundary: the switch is made once, and everything stands as it should', async () => {
    const bot = await colouredBot({ [BEHAVIOUR.startsIn]: '700ms' });
    const id = await bot.watch.begun(() => bot.ana.command('deploys', '/deploy api v1.1.0 staging'));
    expect(await killAtEveryBoundary(bot)).toBeGreaterThan(6);
    await bot.watch.until('succeeded');
    await bot.ana.see('deploys', says(id, 'Done'));
    expect(bot.proxy.changes()).toBe(3);
    expect(await standing(bot)).toEqual({ selected: 'green', blue: 0, green: 2 });
  });
});
