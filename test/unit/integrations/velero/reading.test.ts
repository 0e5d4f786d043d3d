import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../integrations/target.ts';
import type { VeleroBinding } from '../../../../integrations/velero/binding.ts';
import { veleroBackupConfig } from '../../../../integrations/velero/config.ts';
import { compare, inventoryText, readInventory } from '../../../../integrations/velero/inventory.ts';
import { foreignId, labelValue, nameOf, requestName } from '../../../../integrations/velero/names.ts';
import { backup, workload } from '../../../../integrations/velero/objects.ts';
import { createVeleroBackups } from '../../../../integrations/velero/provider.ts';
import { covers, isOurs, storedBackup } from '../../../../integrations/velero/stored.ts';
import { settledState } from '../../../../integrations/velero/workloads.ts';

const checker = { run: async () => ({ ok: true, detail: '' }) };
const missing = async () => {
  throw new TargetError('not-found', 'There is no such thing as the Backups in velero.');
};
const binding: VeleroBinding = {
  ref: { service: 'api', environment: 'production' },
  config: veleroBackupConfig.parse({ kind: 'velero', namespace: 'shop', scratch: 'shop-verify' }),
  cluster: {
    find: missing,
    list: missing,
    create: missing,
    remove: missing,
    close: async () => undefined,
  },
  pods: checker,
  reached: { checker, checks: [], url: null },
};

const OURS = { 'app.kubernetes.io/managed-by': 'slipway', 'slipway/target': 'api.production' };

function found(
  spec: object,
  more: { readonly name?: string; readonly labels?: object; readonly status?: object } = {},
) {
  const { name = 'nightly', labels = {}, status = {} } = more;
  const metadata = { name, uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z', labels };
  return backup.parse({ metadata, spec, status });
}

const shop = { includedNamespaces: ['shop'] };

describe('whose a backup in Velero is', () => {
  it('is ours by both labels and the namespace, and not by its name', () => {
    expect(isOurs(binding, found(shop, { labels: OURS }))).toBe(true);
    expect(isOurs(binding, found(shop, { name: 'bk-1' }))).toBe(false);
    const elsewhere = { ...OURS, 'slipway/target': 'api.staging' };
    expect(isOurs(binding, found(shop, { labels: elsewhere }))).toBe(false);
    expect(isOurs(binding, found({ includedNamespaces: ['other'] }, { labels: OURS }))).toBe(false);
  });

  it('is shown to people under a name that retention does not take for ours', () => {
    expect(storedBackup(binding, found(shop, { name: 'bk-1' }))?.id).toBe('velero-bk-1');
    expect(storedBackup(binding, found(shop, { name: 'bk-1', labels: OURS }))?.id).toBe('bk-1');
    for (const name of ['bk-1', 'velero-bk-1', 'velero-velero-bk-1', 'nightly', 'velero-1']) {
      expect(nameOf(foreignId(name))).toBe(name);
      expect(foreignId(name)).not.toMatch(/^bk-/);
    }
  });
});

describe('what a backup of others says about the namespace', () => {
  it.each([
    [{}, true],
    [{ includedNamespaces: ['*'] }, true],
    [{ includedNamespaces: ['other', 'shop'] }, true],
    [{ includedNamespaces: ['other'] }, false],
    [{ includedNamespaces: ['*'], excludedNamespaces: ['shop'] }, false],
    [{ ...shop, includedResources: ['configmaps'] }, false],
    [{ ...shop, includedResources: ['*'] }, true],
    [{ ...shop, labelSelector: { matchLabels: { app: 'api' } } }, false],
    [{ ...shop, orLabelSelectors: [{ matchLabels: { app: 'api' } }] }, false],
  ])('%j: the whole of it is in it: %s', (spec, whole) => {
    expect(covers(binding, found(spec))).toBe(whole);
  });
});

describe('what a phase comes to', () => {
  const stateOf = (status: object) => storedBackup(binding, found(shop, { status }))?.state;

  it.each([
    '',
    'New',
    'Queued',
    'ReadyToStart',
    'InProgress',
    'WaitingForPluginOperationsPartiallyFailed',
    'Finalizing',
  ])('“%s” is under way', (phase) => {
    expect(stateOf({ phase })).toEqual({ is: 'under-way' });
  });

  it('names the reason of each failure', () => {
    expect(stateOf({ phase: 'Completed' })).toEqual({ is: 'good' });
    expect(stateOf({ phase: 'FailedValidation', validationErrors: ['one.', 'two'] })).toEqual({
      is: 'bad',
      reason: 'Velero does not accept it: one; two',
    });
    expect(stateOf({ phase: 'PartiallyFailed', errors: 1, warnings: 3 })).toEqual({
      is: 'bad',
      reason: 'Velero did only a part of it, 1 error and 3 warnings (velero backup logs nightly)',
    });
    expect(stateOf({ phase: 'Failed' })).toMatchObject({ reason: 'Velero failed: it does not say why' });
    expect(stateOf({ phase: 'Unheard' })).toMatchObject({ reason: 'Velero calls it Unheard' });
    expect(stateOf({ phase: 'Deleting' })).toBeUndefined();
  });
});

describe('names in Velero', () => {
  it('are the operation’s, and fit into labels', () => {
    expect(requestName('op-3K9_x', 'undo')).toBe('op-3k9-x-undo');
    expect(labelValue('api.production')).toBe('api.production');
    expect(labelValue(`${'a'.repeat(63)}.b`)).toMatch(/^h-[0-9a-f]{20}$/);
    expect(labelValue('ü')).toMatch(/^h-/);
  });
});

describe('an inventory', () => {
  it('says what is the same, what is missing and what is otherwise', () => {
    const then = { ConfigMap: { a: '1', b: '2' }, Deployment: { api: '3' } };
    const difference = compare(then, { ConfigMap: { a: '1', b: 'x', new: '4' } });
    expect([...difference.same]).toEqual([['ConfigMap', 1]]);
    expect(difference.missing).toEqual(['Deployment api']);
    expect(difference.different).toEqual(['ConfigMap b']);
  });

  it('goes into an annotation and comes back, unless it is too long for one', () => {
    const inventory = { ConfigMap: { a: '1' } };
    expect(readInventory(inventoryText(inventory) ?? '')).toEqual(inventory);
    const names = Array.from({ length: 9_000 }, (_, index) => [`settings-${index}`, '0123456789abcdef']);
    expect(inventoryText({ ConfigMap: Object.fromEntries(names) })).toBeNull();
    expect(readInventory('nonsense')).toBeNull();
    expect(readInventory(undefined)).toBeNull();
  });
});

describe('a workload whose pods are waited for', () => {
  const state = (kind: string, spec: object, status: object) =>
    settledState({
      kind,
      workload: workload.parse({ metadata: { name: 'a', uid: 'u', generation: 2 }, spec, status }),
    }).is;
  const seen = { observedGeneration: 2 };

  it('is ready when its controller has seen it and all its pods are new and ready', () => {
    const all = { ...seen, replicas: 2, readyReplicas: 2, updatedReplicas: 2 };
    expect(state('Deployment', { replicas: 2 }, all)).toBe('ready');
    expect(state('Deployment', { replicas: 2 }, { ...all, observedGeneration: 1 })).toBe('waiting');
    expect(state('Deployment', { replicas: 2 }, { ...all, updatedReplicas: 1 })).toBe('waiting');
    expect(state('Deployment', { replicas: 2 }, { ...all, replicas: 3 })).toBe('waiting');
    expect(state('Deployment', { replicas: 3 }, all)).toBe('waiting');
    expect(state('Deployment', { replicas: 0 }, seen)).toBe('ready');
    const rolled = { ...seen, readyReplicas: 1, currentRevision: 'x', updateRevision: 'x' };
    expect(state('StatefulSet', {}, rolled)).toBe('ready');
    expect(state('StatefulSet', {}, { ...rolled, updateRevision: 'y' })).toBe('waiting');
    const everywhere = { ...seen, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 3 };
    expect(state('DaemonSet', {}, everywhere)).toBe('ready');
    expect(state('DaemonSet', {}, { ...everywhere, numberReady: 2 })).toBe('waiting');
  });

  it('is stuck when its deadline has passed', () => {
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
    expect(state('Deployment', { replicas: 1 }, { ...seen, conditions })).toBe('stuck');
  });
});

describe('the doctor', () => {
  it('says what to do where the cluster does not know Velero’s kinds', async () => {
    const [first] = await createVeleroBackups(binding).examine();
    expect(first).toEqual({
      subject: 'Velero in velero',
      ok: false,
      detail: 'There is no such thing as the Backups in velero.',
      remedy: 'Install Velero there, or correct `velero` in the config.',
    });
  });
});

describe('the plan of a restore', () => {
  it('has no step for health where the config has none, and says so before anybody approves', async () => {
    const stored = storedBackup(binding, found(shop, { status: { phase: 'Completed' } }));
    if (stored === null) throw new Error('it is not shown');
    const planned = await createVeleroBackups(binding).planRestore(stored);
    if (!planned.ok) throw new Error('refused');
    expect(planned.value.steps.map(({ action }) => action)).toEqual([
      'restore',
      'wait-for-pods',
      'restore-routes',
    ]);
    expect(planned.value.warnings.join(' ')).toContain('The config has no `health`');
  });
});
