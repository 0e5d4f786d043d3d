import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import type { BackupProvider } from '../../../integrations/backup.ts';
import { createTargets } from '../../../integrations/kinds.ts';
import type { DeployTarget } from '../../../integrations/target.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { backupIdOf } from '../../../src/domain/backup.ts';
import { drive } from '../../contract/backup/drive.ts';
import type { BackupWorld } from '../../contract/backup/suite.ts';
import { type ApiProxy, startApiProxy } from '../../support/kubernetes/api-proxy.ts';
import { type Cluster, type Rule, useCluster } from '../../support/kubernetes/cluster.ts';
import { machineAddress } from '../../support/kubernetes/control-plane.ts';
import { grantedRules, type withoutChanges } from '../../support/kubernetes/granted.ts';
import { Velero } from '../../support/kubernetes/velero.ts';
import { temporaryDirectory } from '../../support/processes.ts';

const QUOTA = path.join(
  import.meta.dirname,
  '../../../manifests/kubernetes/targets/velero-scratch/quota.yaml',
);

/** Three namespaces (what is backed up, Velero’s, scratch), a Velero, and an account with the roles for them. */
export interface VeleroWorld {
  readonly home: Cluster;
  readonly scratch: Cluster;
  readonly velero: Velero;
  /** Gives an account of `home` what the roles of manifests/kubernetes/targets/velero* say. */
  grant(account: string, only?: typeof withoutChanges): Promise<void>;
}

export async function useVelero(): Promise<VeleroWorld> {
  const [home, server, scratch] = [await useCluster(), await useCluster(), await useCluster()];
  const velero = new Velero(server.api, server.namespace);
  // Before its namespace goes.
  onTestFinished(() => velero.stop());
  await velero.locate('default');
  await scratch.create('v1', 'resourcequotas', parse(readFileSync(QUOTA, 'utf8')));
  const places = [
    [home, 'velero'],
    [server, 'velero-server'],
    [scratch, 'velero-scratch'],
  ] as const;
  return {
    home,
    scratch,
    velero,
    async grant(account, only = (rules) => rules) {
      for (const [place, role] of places) {
        const metadata = { name: `${account}-${role}` };
        const rbac = 'rbac.authorization.k8s.io/v1';
        await place.create(rbac, 'roles', { metadata, rules: only(grantedRules(role)) });
        await place.create(rbac, 'rolebindings', {
          metadata,
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
          subjects: [{ kind: 'ServiceAccount', name: account, namespace: home.namespace }],
        });
      }
    },
  };
}

/** `provider:` of the world, by that kubeconfig. */
export function providerOf(world: VeleroWorld, kubeconfig: string, more: object = {}): object {
  const { home, velero, scratch } = world;
  return {
    kind: 'velero',
    namespace: home.namespace,
    velero: velero.namespace,
    scratch: scratch.namespace,
    kubeconfig,
    ...more,
  };
}

/** The target with its backups, as a process that has just started makes it, under RBAC behind a proxy. */
export async function connectTarget(
  world: VeleroWorld,
  of: { readonly more: object; readonly account: string; readonly only: typeof withoutChanges },
): Promise<{ readonly target: DeployTarget; readonly proxy: ApiProxy }> {
  const { home } = world;
  const { path: directory, remove } = temporaryDirectory();
  onTestFinished(remove);
  const bot = await home.account(of.account, grantedRules('deployment'));
  await world.grant(of.account, of.only);
  const proxy = await startApiProxy(bot, directory);
  onTestFinished(() => proxy.stop());
  const place = { kind: 'kubernetes', namespace: home.namespace, kubeconfig: proxy.kubeconfig };
  const production = {
    target: { ...place, workload: 'deployment/api', container: 'app' },
    backup: { provider: providerOf(world, proxy.kubeconfig, of.more) },
  };
  const config = configSchema.parse({
    environments: { production: {} },
    services: { api: { image: 'registry.example/api', environments: { production } } },
  });
  const target = createTargets(config).get('api/production');
  if (target === undefined) throw new Error('the config has no such target');
  onTestFinished(() => target.close());
  return { target, proxy };
}

export const IMAGE = 'registry.example/api:v1.0.0';

/** The target as its own provider: the steps of its backups, and nothing else of it. */
export async function connectProvider(
  world: VeleroWorld,
  more: object = {},
  account = 'bot',
  only = everything,
) {
  const { target, proxy } = await connectTarget(world, { more, account, only });
  if (target.backup === undefined) throw new Error('it has no backups');
  // No test here asks the registry.
  const examine = async () =>
    (await target.examine()).filter(({ subject }) => !subject.startsWith('Registry'));
  const provider: BackupProvider = { ...target.backup, ...target, examine };
  return { provider, proxy };
}

const everything = (rules: readonly Rule[]) => rules;
const config = (content: string) => ({ metadata: { name: 'settings' }, data: { content } });

export async function makeWorld(): Promise<BackupWorld & VeleroWorld & { readonly proxy: ApiProxy }> {
  const world = await useVelero();
  const { home } = world;
  const { provider, proxy } = await connectProvider(world);
  const where = home.path('v1', 'configmaps', 'settings');
  await home.create('v1', 'configmaps', config('first'));
  await home.deploy({ name: 'api', image: IMAGE });
  return {
    ...world,
    provider,
    proxy,
    write: async (content) => void (await home.api.merge(where, config(content))),
    content: async () => (await home.api.get(where)).data.content,
  };
}

export async function backUp(provider: BackupProvider, operation: string) {
  const ends = await drive(provider, await provider.planBackup(), operation);
  expect(ends.at(-1)).toMatchObject({ phase: 'succeeded' });
  const found = (await provider.list()).find(({ id }) => id === backupIdOf(operation));
  if (found === undefined) throw new Error('it is not listed');
  return { ...found, said: ends.at(-1)?.message ?? '' };
}

/** Something that pods with this machine's address answer. */
export async function answering(text: string): Promise<{ readonly port: number }> {
  const server = createServer((_, response) => response.end(text));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, machineAddress(), () => resolve()));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  return { port: address.port };
}
