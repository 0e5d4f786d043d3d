import { describe, expect, it } from 'vitest';
import type { BackupProvider } from '../../../integrations/backup.ts';
import type { BackupSteps } from '../../../integrations/target.ts';
import { backupIdOf, type StoredBackup } from '../../../src/domain/backup.ts';
import type { Outcome } from '../../../src/domain/refusal.ts';
import { drive, driveStep } from './drive.ts';

/** Something that is backed up, as the suite changes it and looks at it from outside. */
export interface BackupWorld {
  readonly provider: BackupProvider;
  write(content: string): Promise<void>;
  content(): Promise<string>;
}

/** What every provider of backups does. `make` gives a world of its own to each test, and has it stopped. */
export function backupSuite(name: string, make: () => Promise<BackupWorld>): void {
  describe(`backups by ${name}`, () => {
    let operations = 0;
    const nextOperation = () => {
      operations += 1;
      return `op-${name.toLowerCase().replace(/[^a-z0-9]/g, '')}${operations}`;
    };

    async function backUp({ provider }: BackupWorld): Promise<StoredBackup> {
      const operation = nextOperation();
      const ends = await drive(provider, await provider.planBackup(), operation);
      expect(ends.map(({ phase }) => phase)).not.toContain('failed');
      return find(provider, backupIdOf(operation));
    }

    it('makes one, and lists it whole under the id of its operation', async () => {
      const world = await make();
      const before = await world.provider.list();
      const backup = await backUp(world);
      expect(backup.state).toEqual({ is: 'good' });
      // Not every system tells.
      expect(backup.size ?? 1).toBeGreaterThan(0);
      expect(backup.duration).toBeGreaterThanOrEqual(0);
      expect(backup.places.length).toBeGreaterThan(0);
      expect(Date.now() - new Date(backup.takenAt).getTime()).toBeLessThan(600_000);
      expect(await world.provider.list()).toHaveLength(before.length + 1);
    });

    it('makes one however often it is begun', async () => {
      const { provider } = await make();
      const operation = nextOperation();
      for (const step of stepsOf(await provider.planBackup())) {
        expect((await driveStep(provider, step, operation, 2)).phase).toBe('succeeded');
      }
      expect((await provider.list()).filter(({ id }) => id === backupIdOf(operation))).toHaveLength(1);
    });

    it('brings the data back after it was changed, and undoes that by the backup made before', async () => {
      const world = await make();
      const { provider } = world;
      await world.write('good');
      const backup = await backUp(world);
      await world.write('changed');
      const operation = nextOperation();
      await drive(provider, await provider.planBackup(), operation);
      const steps = stepsOf(await provider.planRestore(backup));
      for (const step of steps) {
        const end = await driveStep(provider, step, operation);
        expect(end).toMatchObject({ phase: 'succeeded' });
      }
      expect(await world.content()).toBe('good');
      expect(steps.filter(({ effect }) => effect === 'changes-data')).not.toEqual([]);
      for (const { undo } of steps.toReversed()) {
        if (undo === undefined) continue;
        expect((await driveStep(provider, undo, operation)).phase).toBe('succeeded');
      }
      expect(await world.content()).toBe('changed');
    });

    it('restores once however often it is begun', async () => {
      const world = await make();
      const { provider } = world;
      await world.write('good');
      const backup = await backUp(world);
      await world.write('changed');
      const operation = nextOperation();
      await drive(provider, await provider.planBackup(), operation);
      for (const step of stepsOf(await provider.planRestore(backup))) {
        expect((await driveStep(provider, step, operation, 2)).phase).toBe('succeeded');
      }
      expect(await world.content()).toBe('good');
    });

    it('verifies one without touching what is there, says how, and leaves nothing behind', async () => {
      const world = await make();
      await world.write('good');
      const backup = await backUp(world);
      await world.write('changed');
      const planned = await world.provider.planVerification(backup);
      const ends = await drive(world.provider, planned, nextOperation());
      expect(ends.map(({ phase }) => phase)).not.toContain('failed');
      expect(await world.content()).toBe('changed');
      const proof = stepsOf(planned).findLastIndex(({ effect }) => effect === 'reads');
      expect(ends[proof]?.message.length).toBeGreaterThan(20);
    });

    it('deletes those that are named and no others, also twice', async () => {
      const world = await make();
      const [first, second, third] = [await backUp(world), await backUp(world), await backUp(world)];
      const step = world.provider.deletionStep([first, third]);
      expect((await driveStep(world.provider, step, nextOperation())).phase).toBe('succeeded');
      expect((await driveStep(world.provider, step, nextOperation())).phase).toBe('succeeded');
      const left = (await world.provider.list()).map(({ id }) => id);
      expect(left).toContain(second.id);
      expect(left).not.toContain(first.id);
      expect(left).not.toContain(third.id);
    });

    it('tells the doctor how it is', async () => {
      const { provider } = await make();
      expect((await provider.examine()).map(({ ok }) => ok)).not.toContain(false);
    });
  });
}

export function stepsOf(planned: Outcome<BackupSteps>): BackupSteps['steps'] {
  if (!planned.ok) throw new Error(`refused: ${planned.refusal.code}`);
  return planned.value.steps;
}

async function find(provider: BackupProvider, id: string): Promise<StoredBackup> {
  const found = (await provider.list()).find((backup) => backup.id === id);
  if (found === undefined) throw new Error(`${id} is not listed`);
  return found;
}
