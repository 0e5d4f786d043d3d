import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { cloudSqlBackupConfig } from '../../../integrations/cloud-sql/config.ts';
import { createCloudSqlBackups } from '../../../integrations/cloud-sql/provider.ts';
import { type DemoCloud, startDemoCloud } from '../../../src/playground/cloud/demo-cloud.ts';
import { drive, driveStep } from './drive.ts';
import { type BackupWorld, backupSuite, stepsOf } from './suite.ts';

const INSTANCE = 'api-production';
/** How many times faster than ours the demo cloud's clock goes. */
const HASTE = 20;

interface CloudWorld extends BackupWorld {
  readonly cloud: DemoCloud;
  readonly clock: HastyClock;
}

/** Goes faster than ours, except while it is held. */
class HastyClock {
  readonly #began = Date.now();
  #lost = 0;
  #held: number | null = null;

  now(): number {
    return this.#held ?? this.#going();
  }

  hold(): void {
    this.#held = this.#going();
  }

  go(): void {
    this.#lost += this.#going() - this.now();
    this.#held = null;
  }

  #going(): number {
    return this.#began + (Date.now() - this.#began) * HASTE - this.#lost;
  }
}

async function cloudWorld(instance = INSTANCE): Promise<CloudWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), 'slipway-sql-'));
  const clock = new HastyClock();
  const cloud = await startDemoCloud({ dataDir, clock });
  onTestFinished(async () => {
    await cloud.stop();
    await rm(dataDir, { recursive: true });
  });
  const provider = createCloudSqlBackups(
    cloudSqlBackupConfig.parse({
      kind: 'cloud-sql',
      project: 'demo',
      instance,
      endpoint: cloud.sqlEndpoint,
    }),
  );
  return {
    cloud,
    clock,
    provider,
    write: async (content) => cloud.writeData(INSTANCE, content),
    content: async () => cloud.data(INSTANCE) ?? '',
  };
}

backupSuite('Cloud SQL', cloudWorld);

describe('the Cloud SQL provider', () => {
  it('restores into a scratch instance and deletes it', async () => {
    const { cloud, provider } = await cloudWorld();
    await drive(provider, await provider.planBackup(), 'op-a');
    const [backup] = await provider.list();
    if (backup === undefined) throw new Error('no backup');
    const ends = await drive(provider, await provider.planVerification(backup), 'op-b');
    expect(ends.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^api-production-verify-\w+ is ready\.$/),
      expect.stringMatching(/^done: restoring into api-production-verify-/),
      'Restored into a scratch instance: it runs and has shop. Rows were not compared: the Admin API does not show them.',
      expect.stringMatching(/is gone\.$/),
    ]);
    const instances = await fetch(`${cloud.sqlEndpoint}/v1/projects/demo/operations?instance=${INSTANCE}`);
    expect(await instances.json()).toMatchObject({ items: [{ operationType: 'BACKUP_VOLUME' }] });
  });

  it('says what Cloud SQL says of an instance that does not exist', async () => {
    const { provider } = await cloudWorld('nobody');
    await expect(provider.list()).rejects.toMatchObject({
      problem: 'not-found',
      message:
        'Cloud SQL refused what was asked of the Cloud SQL instance nobody: The Cloud SQL instance does not exist.',
    });
    expect(await provider.examine()).toMatchObject([{ ok: false }]);
  });

  it('waits while the instance is busy with something else', async () => {
    const { clock, cloud, provider } = await cloudWorld();
    const url = `${cloud.sqlEndpoint}/v1/projects/demo/instances/${INSTANCE}/backupRuns`;
    const headers = { 'content-type': 'application/json' };
    clock.hold();
    await fetch(url, { method: 'POST', headers, body: JSON.stringify({ description: 'by hand' }) });
    await expect(drive(provider, await provider.planBackup(), 'op-a')).rejects.toMatchObject({
      retry: 'retryable',
    });
  });
});

describe('the undo of a restore in Cloud SQL', () => {
  async function restoreWorld(operation: string) {
    const world = await cloudWorld();
    const { cloud, provider } = world;
    await world.write('backed up');
    await drive(provider, await provider.planBackup(), `${operation}-old`);
    const [backup] = await provider.list();
    if (backup === undefined) throw new Error('no backup');
    await world.write('before the restore');
    await drive(provider, await provider.planBackup(), operation);
    const step = stepsOf(await provider.planRestore(backup)).find(({ effect }) => effect === 'changes-data');
    if (step?.undo === undefined) throw new Error('no undo');
    const post = (path: string, body: object) =>
      fetch(`${cloud.sqlEndpoint}/v1/projects/demo/instances/${INSTANCE}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const restores = async (): Promise<number> => {
      const answer = await fetch(`${cloud.sqlEndpoint}/v1/projects/demo/operations?instance=${INSTANCE}`);
      return (await answer.text()).split('RESTORE_VOLUME').length - 1;
    };
    return { ...world, backup, restore: step, undo: step.undo, post, restores };
  }
  const unchanged = { phase: 'succeeded', message: 'Nothing had been changed.' };

  it('keeps what was written meanwhile when Cloud SQL never began the restore', async () => {
    const world = await restoreWorld('op-never');
    await driveStep(world.provider, world.provider.deletionStep([world.backup]), 'op-never-delete');
    await world.write('written meanwhile');
    await expect(driveStep(world.provider, world.restore, 'op-never')).rejects.toMatchObject({
      problem: 'not-found',
    });
    expect(await driveStep(world.provider, world.undo, 'op-never', 2)).toEqual(unchanged);
    expect(await world.content()).toBe('written meanwhile');
    expect(await world.restores()).toBe(0);
  });

  it('restores once as the way back, however often it is begun', async () => {
    const world = await restoreWorld('op-back');
    await driveStep(world.provider, world.restore, 'op-back', 2);
    expect(await world.content()).toBe('backed up');
    await driveStep(world.provider, world.undo, 'op-back', 3);
    expect(await world.content()).toBe('before the restore');
    expect(await world.restores()).toBe(2);
  });

  it('does not take what somebody else restored for its own', async () => {
    const world = await restoreWorld('op-else');
    const listed = await fetch(
      `${world.cloud.sqlEndpoint}/v1/projects/demo/instances/${INSTANCE}/backupRuns`,
    );
    const [newest] = z
      .object({ items: z.array(z.object({ id: z.string() })) })
      .parse(await listed.json()).items;
    world.clock.hold();
    await world.post('restoreBackup', {
      restoreBackupContext: { backupRunId: newest?.id, instanceId: INSTANCE, project: 'demo' },
    });
    // One instance does one thing at a time: ours is refused, surely not begun, and asked for again.
    await expect(driveStep(world.provider, world.restore, 'op-else')).rejects.toMatchObject({
      retry: 'retryable',
    });
    world.clock.go();
    await expect
      .poll(() => driveStep(world.provider, world.restore, 'op-else').catch(() => null))
      .toMatchObject({ phase: 'succeeded' });
    expect(await world.content()).toBe('backed up');
    expect(await world.restores()).toBe(2);
  });
});

describe('the demo’s Cloud SQL', () => {
  it('refuses what the Admin API does not know', async () => {
    const { cloud } = await cloudWorld();
    const post = (path: string, body: object) =>
      fetch(`${cloud.sqlEndpoint}/v1/projects/demo/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const answers = await Promise.all([
      post(`instances/${INSTANCE}/backupRuns`, { descripton: 'mistyped' }),
      post(`instances/${INSTANCE}/restoreBackup`, { backupRunId: '1' }),
      post(`instances/${INSTANCE}/restoreBackup`, {
        restoreBackupContext: { backupRunId: '1', instanceId: INSTANCE, project: 'demo' },
      }),
      post('instances', { name: INSTANCE, databaseVersion: 'X', region: 'r', settings: { tier: 't' } }),
      fetch(`${cloud.sqlEndpoint}/v1/projects/other/instances/${INSTANCE}`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 404, 409, 404]);
  });
});
