/**
 * Backups by Velero, typed in Slack: made, listed, verified, restored after a loss, and done once whatever is killed.
 */
import { describe, expect, test } from 'vitest';
import { noCluster } from '../../support/kubernetes/cluster.ts';
import { machineAddress } from '../../support/kubernetes/control-plane.ts';
import { BEHAVIOUR } from '../../support/kubernetes/stages.ts';
import { says, wordsOf } from '../../support/workspace.ts';
import { botOnCluster } from './bot-on-cluster.ts';
import { answering, providerOf, useVelero } from './velero-world.ts';

/** What is lost in these tests. */
const LOST = [
  ['apps/v1', 'deployments'],
  ['v1', 'services'],
  ['networking.k8s.io/v1', 'ingresses'],
] as const;

/** A bot whose production stands in a namespace with a settings ConfigMap and `web`: Deployment, Service, Ingress. */
async function backedUpBot() {
  const world = await useVelero();
  const { home } = world;
  const { port } = await answering('{"status":"healthy"}');
  const health = { service: 'web', path: '/health', port, successes: 1, json: { status: 'healthy' } };
  const bot = await botOnCluster({
    cluster: home,
    more: (environment, kubeconfig) =>
      environment === 'production' && {
        backup: { provider: providerOf(world, kubeconfig, { health }), retention: { count: 2 } },
        verify: [{ http: `http://${machineAddress()}:${port}/health` }],
      },
  });
  await world.grant('bot');
  await home.create('v1', 'configmaps', { metadata: { name: 'settings' }, data: { level: 'INFO' } });
  await home.create('v1', 'services', {
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  await home.create('networking.k8s.io/v1', 'ingresses', {
    metadata: { name: 'web' },
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  });
  const annotations = { [BEHAVIOUR.podIp]: machineAddress() };
  const container = { ports: [{ containerPort: port }] };
  await home.deploy({ name: 'web', image: 'registry.example/web:v1', annotations, container });
  return { ...bot, world };
}

type Backed = Awaited<ReturnType<typeof backedUpBot>>;

async function typed({ ana, watch }: Backed, command: string): Promise<string> {
  return watch.begun(() => ana.command('deploys', command));
}

async function backUp(bot: Backed): Promise<string> {
  const id = await typed(bot, '/backup api production');
  await bot.ana.see('deploys', says(id, 'Done'));
  return id.replace('op-', 'bk-');
}

async function restore(bot: Backed, backup: string): Promise<string> {
  const id = await typed(bot, `/backup restore ${backup}`);
  const question = await bot.ana.see('deploys', says(id, 'approve'));
  await bot.bo.react('deploys', question.ts, 'white_check_mark');
  return id;
}

async function killDuring({ watch, running }: Backed, step: string): Promise<void> {
  await expect
    .poll(async () => (await watch.newest())?.steps, { timeout: 30_000, interval: 5 })
    .toContain(`${step} running`);
  await running.killBot();
  await running.startBot();
}

async function lose({ world: { home } }: Backed): Promise<void> {
  for (const [version, plural] of LOST) await home.api.remove(home.path(version, plural, 'web'));
  await home.api.merge(home.path('v1', 'configmaps', 'settings'), { data: { level: 'DEBUG' } });
}

/** What was lost, as it is now. */
async function standing({ world: { home } }: Backed) {
  const found = LOST.map(async ([version, plural]) => home.api.find(home.path(version, plural, 'web')));
  const settings = await home.get('v1', 'configmaps', 'settings');
  return { there: (await Promise.all(found)).map((one) => one !== null), level: settings.data.level };
}

const WHOLE = { there: [true, true, true], level: 'INFO' };

async function asked({ world: { velero, home } }: Backed, resource: string): Promise<readonly string[]> {
  const all = await home.api.list(velero.path(resource));
  return all.map(({ metadata }) => metadata.name).toSorted();
}

describe.skipIf(noCluster)('/backup of a namespace by Velero', () => {
  test('is made, listed and verified, and after a loss brings everything back in the right order', async () => {
    const bot = await backedUpBot();
    const { ana } = bot;
    const backup = await backUp(bot);
    const listed = wordsOf(await ana.ask('deploys', '/backup list'));
    for (const part of [backup, `namespace ${bot.world.home.namespace}`, 'not verified', 'kept until']) {
      expect(listed).toContain(part);
    }
    const verification = await typed(bot, `/backup verify ${backup}`);
    const verified = wordsOf(await ana.see('deploys', says(verification, 'Done')));
    expect(verified).toContain('1 ConfigMap and 3 Deployments as they were when the backup was asked for');

    await lose(bot);
    const id = await restore(bot, backup);
    const done = await ana.see('deploys', says(id, 'Done'));
    const words = wordsOf(done);
    const titles = ['Back up', 'without its routes', 'Wait for its pods', 'Check the health', 'Lead traffic'];
    const places = titles.map((title) => words.indexOf(title));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(-1);
    expect(await standing(bot)).toEqual(WHOLE);
  });

  test('lets go of the oldest one; what Velero does only in part fails, says why, and is undone', async () => {
    const bot = await backedUpBot();
    const { ana, watch, world } = bot;
    await world.velero.backUp('nightly', { includedNamespaces: ['*'] });
    const [, second, good] = [await backUp(bot), await backUp(bot), await backUp(bot)];
    await expect.poll(() => asked(bot, 'backups')).toEqual(['nightly', second, good].toSorted());
    world.velero.mishap('backup', { phase: 'PartiallyFailed', errors: 1 });
    const bad = await typed(bot, '/backup api production');
    await watch.until('failed');
    const failed = wordsOf(await ana.see('deploys', says(bad, 'There is no good backup')));
    expect(failed).toContain('Velero did only a part of it, 1 error');
    const refused = wordsOf(await ana.ask('deploys', `/backup restore ${bad.replace('op-', 'bk-')}`));
    expect(refused).toContain('Velero did only a part of it');

    await world.home.api.merge(world.home.path('v1', 'configmaps', 'settings'), { data: { level: 'NEW' } });
    world.velero.mishap('restore', { phase: 'PartiallyFailed', errors: 1 });
    const id = await restore(bot, good);
    await watch.until('undone');
    const undone = wordsOf(await ana.see('deploys', says(id, 'Undone')));
    expect(undone).toContain('Velero did only a part of it, 1 error');
    expect((await standing(bot)).level).toBe('NEW');
  });

  test('survives kill -9 in the middle of a backup and of a restore: each is asked for once', async () => {
    const bot = await backedUpBot();
    const { ana, world } = bot;
    world.velero.pace = 300;
    const made = await typed(bot, '/backup api production');
    await killDuring(bot, 'make-backup');
    await ana.see('deploys', says(made, 'Done'));
    const backup = made.replace('op-', 'bk-');
    expect(await asked(bot, 'backups')).toEqual([backup]);

    await lose(bot);
    const id = await restore(bot, backup);
    await killDuring(bot, 'restore-backup');
    await killDuring(bot, 'restore-routes-backup');
    await ana.see('deploys', says(id, 'Done'));
    expect(await standing(bot)).toEqual(WHOLE);
    expect(await asked(bot, 'restores')).toEqual([`${id}-restore`, `${id}-routes`]);
    expect(await asked(bot, 'backups')).toEqual([backup, id.replace('op-', 'bk-')].toSorted());
  });
});
