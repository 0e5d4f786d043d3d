/**
 * Backups by Velero's resources, as the bot's own account with RBAC enforced: the contract of every provider, and
 * what Velero alone does.
 */
import { describe, expect, it } from 'vitest';
import { drive, driveStep } from '../../contract/backup/drive.ts';
import { backupSuite, stepsOf } from '../../contract/backup/suite.ts';
import { noCluster } from '../../support/kubernetes/cluster.ts';
import { withoutChanges } from '../../support/kubernetes/granted.ts';
import { backUp, connectProvider, makeWorld } from './velero-world.ts';

describe.skipIf(noCluster)('Velero', () => {
  backupSuite('Velero', makeWorld);

  it('says what it has made, and until when it is kept', async () => {
    const { provider } = await makeWorld();
    const { said, expiresAt, takenAt, places } = await backUp(provider, 'op-says');
    expect(said).toMatch(
      /^bk-says is in Velero \(default\): \d+ objects, made in \d+ s, kept until \d{4}-\d\d-\d\d\.$/,
    );
    const days = (Date.parse(expiresAt ?? '') - Date.parse(takenAt)) / 86_400_000;
    expect(days).toBeCloseTo(30, 2);
    expect(places).toEqual(['Velero (default)']);
  });

  it('is one backup when the reply is lost, and when it is begun by another process', async () => {
    const world = await makeWorld();
    const { provider, proxy } = await connectProvider(world, {}, 'second');
    const [step] = stepsOf(await provider.planBackup());
    if (step === undefined) throw new Error('no step');
    proxy.loseNextReply();
    await expect(driveStep(provider, step, 'op-lost')).rejects.toMatchObject({ retry: 'retryable' });
    expect(await driveStep(world.provider, step, 'op-lost')).toMatchObject({ phase: 'succeeded' });
    expect(await provider.list()).toHaveLength(1);
  });

  it('tells why Velero does not make one, and lists it as bad', async () => {
    const { provider, velero } = await makeWorld();
    await velero.setLocation('default', { status: { phase: 'Unavailable', message: 'no such bucket' } });
    const planned = await provider.planBackup();
    const refused = await drive(provider, planned, 'op-refused');
    expect(refused.at(-1)).toEqual({
      phase: 'failed',
      problem: 'invalid',
      message:
        "There is no good backup: Velero does not accept it: backup can't be created because BackupStorageLocation default is in Unavailable status.",
    });
    expect(await provider.examine()).toContainEqual(
      expect.objectContaining({ ok: false, detail: 'is Unavailable: no such bucket' }),
    );
    await velero.setLocation('default', { status: { phase: 'Available' } });
    velero.mishap('backup', { phase: 'PartiallyFailed', errors: 2 });
    const partial = await drive(provider, planned, 'op-partial');
    expect(partial.at(-1)?.message).toBe(
      'There is no good backup: Velero did only a part of it, 2 errors (velero backup logs bk-partial).',
    );
    velero.mishap('backup', { phase: 'Failed', failureReason: 'the bucket is full.' });
    const failed = await drive(provider, planned, 'op-failed');
    expect(failed.at(-1)?.message).toBe('There is no good backup: Velero failed: the bucket is full.');
    expect((await provider.list()).map(({ state }) => state.is)).toEqual(['bad', 'bad', 'bad']);
  });

  it('lists what others have made of the whole namespace under their names, and deletes none of it', async () => {
    const { provider, velero, home } = await makeWorld();
    const { namespace } = home;
    const everything = { includedNamespaces: ['*'] };
    await velero.backUp('nightly', everything);
    await velero.backUp('bk-nobody', { includedNamespaces: [namespace] });
    await velero.backUp('other', { includedNamespaces: ['kube-public'] });
    await velero.backUp('without', { ...everything, excludedNamespaces: [namespace] });
    const labelSelector = { matchLabels: { app: 'api' } };
    await velero.backUp('a-part', { includedNamespaces: [namespace], labelSelector });
    await backUp(provider, 'op-own');
    const ids = (await provider.list()).map(({ id }) => id);
    expect(ids.toSorted()).toEqual(['bk-own', 'nightly', 'velero-bk-nobody']);
    for (const backup of await provider.list()) {
      if (backup.id === 'bk-own') continue;
      const ended = driveStep(provider, provider.deletionStep([backup]), 'op-delete');
      await expect(ended).rejects.toThrow(/is not a backup that Slipway made of this; it stays\.$/);
    }
    expect(await provider.list()).toHaveLength(3);
  });

  it('tells why Velero does not delete one', async () => {
    const { provider, velero } = await makeWorld();
    const backup = await backUp(provider, 'op-keep');
    await velero.setLocation('default', { spec: { accessMode: 'ReadOnly' } });
    const end = await driveStep(provider, provider.deletionStep([backup]), 'op-delete');
    expect(end).toMatchObject({
      phase: 'failed',
      message:
        'Velero did not delete bk-keep: cannot delete backup because backup storage location default is currently in read-only mode.',
    });
    await velero.setLocation('default', { spec: { accessMode: 'ReadWrite' } });
    const again = await driveStep(provider, provider.deletionStep([backup]), 'op-delete-again');
    expect(again).toMatchObject({ phase: 'succeeded' });
  });

  it('names the right that is missing, and the doctor names all of them', async () => {
    const world = await makeWorld();
    const { provider } = await connectProvider(world, {}, 'reader', withoutChanges);
    const [step] = stepsOf(await provider.planBackup());
    if (step === undefined) throw new Error('no step');
    await expect(driveStep(provider, step, 'op-denied')).rejects.toThrow(
      `Slipway may not create backups.velero.io in namespace ${world.velero.namespace}.`,
    );
    const missing = (await provider.examine()).filter(({ ok }) => !ok).map(({ detail }) => detail);
    expect(missing).toContain(
      'missing: create backups.velero.io, create restores.velero.io, create deletebackuprequests.velero.io',
    );
  });
});
