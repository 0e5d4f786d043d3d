/**
 * Verifying and restoring by Velero's resources, as the bot's own account with RBAC enforced.
 */
import { describe, expect, it, test } from 'vitest';
import type { StoredBackup } from '../../../src/domain/backup.ts';
import { drive, driveStep } from '../../contract/backup/drive.ts';
import { type BackupWorld, stepsOf } from '../../contract/backup/suite.ts';
import { eventually, noCluster } from '../../support/kubernetes/cluster.ts';
import { machineAddress } from '../../support/kubernetes/control-plane.ts';
import { grantedRules, rightOfCall, rightsIn } from '../../support/kubernetes/granted.ts';
import { BEHAVIOUR } from '../../support/kubernetes/stages.ts';
import { answering, backUp, connectProvider, IMAGE, makeWorld, useVelero } from './velero-world.ts';

const KINDS = [
  ['apps/v1', 'deployments'],
  ['v1', 'services'],
  ['networking.k8s.io/v1', 'ingresses'],
] as const;

describe.skipIf(noCluster)('a verification by Velero', () => {
  async function verify(world: BackupWorld, backup: StoredBackup, operation: string) {
    const ends = await drive(world.provider, await world.provider.planVerification(backup), operation);
    return ends[1] ?? ends[0];
  }

  it('compares by name and content what came back, runs nothing, and leaves the scratch namespace empty', async () => {
    const world = await makeWorld();
    const { provider, scratch } = world;
    const backup = await backUp(provider, 'op-made');
    const steps = stepsOf(await provider.planVerification(backup));
    const [restore, compare, clear] = steps;
    if (restore === undefined || compare === undefined || clear === undefined) throw new Error('no steps');
    expect(await driveStep(provider, restore, 'op-verify', 2)).toMatchObject({ phase: 'succeeded' });
    expect((await scratch.get('apps/v1', 'deployments', 'api')).spec.replicas).toBe(1);
    expect(await driveStep(provider, compare, 'op-verify')).toEqual({
      phase: 'succeeded',
      message: `Restored into ${scratch.namespace}: 1 ConfigMap and 1 Deployment as they were when the backup was asked for, by name and content. Secrets, Services, routes and volumes were not restored there, and not compared.`,
    });
    expect(await scratch.list('v1', 'pods')).toEqual([]);
    expect(await driveStep(provider, clear, 'op-verify', 2)).toMatchObject({ phase: 'succeeded' });
    expect(await scratch.list('apps/v1', 'deployments')).toEqual([]);
    expect((await scratch.list('v1', 'configmaps')).map(({ metadata }) => metadata.name)).toEqual([
      'kube-root-ca.crt',
    ]);
  });

  it('fails when something is not in the backup, or came back otherwise', async () => {
    const world = await makeWorld();
    const backup = await backUp(world.provider, 'op-broken');
    world.velero.forget(backup.id, 'api');
    world.velero.tamper(backup.id, 'ConfigMap', 'settings', { data: { content: 'rotten' } });
    expect(await verify(world, backup, 'op-verify')).toEqual({
      phase: 'failed',
      problem: 'unhealthy',
      message:
        'What came back is not what stood there when the backup was asked for: it does not have Deployment api; ConfigMap settings came back with other content.',
    });
    const undo = stepsOf(await world.provider.planVerification(backup))[0]?.undo;
    if (undo === undefined) throw new Error('no undo');
    expect(await driveStep(world.provider, undo, 'op-verify')).toMatchObject({ phase: 'succeeded' });
    const left = await world.scratch.list('v1', 'configmaps');
    expect(left.map(({ metadata }) => metadata.name)).toEqual(['kube-root-ca.crt']);
  });

  it('holds what others made against what is there now, and says so', async () => {
    const world = await makeWorld();
    await world.velero.backUp('nightly', { includedNamespaces: [world.home.namespace] });
    const [backup] = await eventually(async () => {
      const found = await world.provider.list();
      return found[0]?.state.is === 'good' && found;
    });
    if (backup === undefined) throw new Error('no backup');
    await world.write('changed since');
    await world.home.create('v1', 'configmaps', { metadata: { name: 'newer' } });
    expect((await verify(world, backup, 'op-verify'))?.message).toContain(
      '1 ConfigMap and 1 Deployment, held against what is there now; without ConfigMap newer, which is there now; ConfigMap settings with other content than now. Slipway did not make it',
    );
  });

  it('is refused where what is restored could run, or where there is no place for it', async () => {
    const world = await makeWorld();
    const backup = await backUp(world.provider, 'op-made');
    await world.scratch.api.remove(world.scratch.path('v1', 'resourcequotas', 'slipway-nothing-runs'));
    expect(await verify(world, backup, 'op-verify')).toMatchObject({
      phase: 'failed',
      message: expect.stringContaining('it has no ResourceQuota with pods: 0 and persistentvolumeclaims: 0'),
    });
    expect(await world.scratch.list('apps/v1', 'deployments')).toEqual([]);
    const { provider } = await connectProvider(world, { scratch: undefined }, 'second');
    await expect(provider.planVerification(backup)).rejects.toThrow(/names no `scratch` namespace/);
  });
});

describe.skipIf(noCluster)('a restore by Velero', () => {
  async function backedUp() {
    const world = await makeWorld();
    const backup = await backUp(world.provider, 'op-old');
    return { ...world, backup, steps: stepsOf(await world.provider.planRestore(backup)) };
  }
  type Restoring = Awaited<ReturnType<typeof backedUp>>;

  async function stepOf({ provider, steps }: Restoring, action: string, operation = 'op-restore') {
    const step = steps.find((one) => one.action.endsWith(action));
    if (step === undefined) throw new Error(`no ${action}`);
    return driveStep(provider, step, operation);
  }
  async function undo({ provider, steps }: Restoring, operation = 'op-restore') {
    const step = steps[0]?.undo;
    if (step === undefined) throw new Error('no undo');
    return driveStep(provider, step, operation, 2);
  }

  it('brings back what was deleted and changed; its routes only after its pods and their health', async () => {
    const world = await useVelero();
    const { home } = world;
    const { port } = await answering('{"status":"healthy"}');
    const health = { service: 'api', path: '/health', port, successes: 1, json: { status: 'healthy' } };
    const { provider } = await connectProvider(world, { health });
    await home.create('v1', 'services', {
      metadata: { name: 'api' },
      spec: { selector: { app: 'api' }, ports: [{ port: 80 }] },
    });
    await home.create('networking.k8s.io/v1', 'ingresses', {
      metadata: { name: 'api' },
      spec: { defaultBackend: { service: { name: 'api', port: { number: 80 } } } },
    });
    await home.deploy({
      name: 'api',
      image: IMAGE,
      replicas: 2,
      annotations: { [BEHAVIOUR.podIp]: machineAddress() },
      container: { ports: [{ containerPort: port }] },
    });
    const backup = await backUp(provider, 'op-whole');
    await drive(provider, await provider.planBackup(), 'op-disaster');
    for (const [version, plural] of KINDS) await home.api.remove(home.path(version, plural, 'api'));
    await eventually(async () => (await home.list('v1', 'pods')).length === 0);
    const steps = stepsOf(await provider.planRestore(backup));
    expect(steps.map(({ title }) => title)).toEqual([
      `Restore ${home.namespace} from bk-whole, without its routes`,
      'Wait for its pods',
      'Check the health of its pods',
      'Lead traffic to it again',
    ]);
    const said: string[] = [];
    for (const step of steps) {
      const routed = await home.list('networking.k8s.io/v1', 'ingresses');
      expect(routed).toHaveLength(0);
      const end = await driveStep(provider, step, 'op-disaster', 2);
      expect(end).toMatchObject({ phase: 'succeeded' });
      said.push(end.message);
    }
    expect(said.slice(1, 3)).toEqual([
      'All pods are ready: Deployment api: 2 of 2 pods ready.',
      'All 2 pods of api answered /health rightly.',
    ]);
    expect(await home.list('networking.k8s.io/v1', 'ingresses')).toHaveLength(1);
  });

  it('changes nothing in its undo when Velero never began it, or did not accept it', async () => {
    const world = await backedUp();
    await drive(world.provider, await world.provider.planBackup(), 'op-restore');
    await world.write('written meanwhile');
    const unchanged = { phase: 'succeeded', message: 'Nothing had been changed.' };
    expect(await undo(world)).toEqual(unchanged);
    await world.velero.setLocation('default', { status: { phase: 'Unavailable' } });
    expect((await stepOf(world, '/restore')).message).toMatch(/Velero does not accept it: The BSL default/);
    await world.velero.setLocation('default', { status: { phase: 'Available' } });
    expect(await undo(world)).toEqual(unchanged);
    expect(await world.content()).toBe('written meanwhile');
  });

  it('is undone when Velero did only a part, and names what came with it and stayed', async () => {
    const world = await backedUp();
    await world.home.api.remove(world.home.path('apps/v1', 'deployments', 'api'));
    await world.write('before the restore');
    await drive(world.provider, await world.provider.planBackup(), 'op-restore');
    world.velero.mishap('restore', { phase: 'PartiallyFailed', errors: 1 });
    expect(await stepOf(world, '/restore')).toMatchObject({
      phase: 'failed',
      message:
        'It is not restored: Velero did only a part of it, 1 error (velero restore logs op-restore-restore).',
    });
    expect(await undo(world)).toMatchObject({
      phase: 'succeeded',
      left: true,
      message: expect.stringContaining('Velero takes nothing away: Deployment api came with the restore'),
    });
    expect(await world.content()).toBe('before the restore');
  });

  it('says which pods do not get ready, and why', async () => {
    const world = await backedUp();
    const where = world.home.path('apps/v1', 'deployments', 'api');
    await drive(world.provider, await world.provider.planBackup(), 'op-restore');
    await world.home.api.remove(where);
    world.velero.tamper('bk-old', 'Deployment', 'api', {
      spec: {
        progressDeadlineSeconds: 1,
        template: { metadata: { annotations: { [BEHAVIOUR.pullFails]: '' } } },
      },
    });
    expect(await stepOf(world, '/restore')).toMatchObject({ phase: 'succeeded' });
    const end = await stepOf(world, 'wait-for-pods');
    expect(end).toMatchObject({ phase: 'failed', problem: 'unhealthy' });
    expect(end.message).toMatch(
      /^Deployment api: \d of 1 pods ready, no progress until its deadline\. In trouble: api-\S+ \(\w*Image\w*\)\.$/,
    );
  });

  it('works after the namespace itself was lost, with the role in it', async () => {
    const world = await backedUp();
    const { home, provider } = world;
    await home.api.remove(`/api/v1/namespaces/${home.namespace}`);
    await eventually(async () => (await home.api.find(`/api/v1/namespaces/${home.namespace}`)) === null);
    // Where the bot lives, it has its account: here it lives in what was lost.
    await home.api.create('/api/v1/namespaces', { metadata: { name: home.namespace } });
    await home.create('v1', 'serviceaccounts', { metadata: { name: 'bot' } });
    world.proxy.becomes(await home.kubeconfigOf('bot'));
    const safety = await drive(provider, await provider.planBackup(), 'op-restore');
    expect(safety.at(-1)).toMatchObject({ phase: 'succeeded' });
    for (const step of world.steps) {
      expect(await driveStep(provider, step, 'op-restore')).toMatchObject({ phase: 'succeeded' });
    }
    expect(await world.content()).toBe('first');
    await home.rolledOut('Deployment', 'api');
  });
});

test.skipIf(noCluster)('the roles for Velero grant what is used, and nothing that is not', async () => {
  const world = await makeWorld();
  const { provider, proxy } = world;
  const made = await backUp(provider, 'op-made');
  await drive(provider, await provider.planVerification(made), 'op-verify');
  await drive(provider, await provider.planBackup(), 'op-restore');
  const steps = stepsOf(await provider.planRestore(made));
  for (const step of steps) await driveStep(provider, step, 'op-restore');
  const undo = steps[0]?.undo;
  if (undo !== undefined) await driveStep(provider, undo, 'op-restore');
  await driveStep(provider, provider.deletionStep([made]), 'op-delete');
  await provider.examine();
  const { home, velero, scratch } = world;
  for (const [namespace, role] of [
    [home.namespace, 'velero'],
    [velero.namespace, 'velero-server'],
    [scratch.namespace, 'velero-scratch'],
  ] as const) {
    const used = proxy
      .calls()
      .filter(({ path }) => path.includes(`/namespaces/${namespace}/`))
      .map(({ method, path }) => rightOfCall(method, path))
      .filter((right) => right !== null);
    const granted = rightsIn(grantedRules(role));
    // Asking pods how they are has a test of its own, and nothing is deleted of which there was none.
    const idle = [
      'get pods/proxy',
      'get services',
      'list pods',
      ...granted.filter((right) => right.startsWith('delete ')),
    ];
    expect(
      granted.filter((right) => !used.includes(right) && !idle.includes(right)),
      role,
    ).toEqual([]);
    expect(proxy.calls().filter(({ status }) => status === 403)).toEqual([]);
  }
});
