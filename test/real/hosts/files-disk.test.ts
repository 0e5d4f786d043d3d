import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contextOf, deployPlan, runSteps, undo } from '../../contract/target/drive.ts';
import { application, type FilesWorld, makeFilesWorld } from '../../support/files/files-world.ts';
import { mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts';

describe('a disk that is full', () => {
  let disk: SmallDisk;
  beforeAll(() => {
    disk = mountSmallDisk('3m');
  });
  afterAll(() => disk.remove());

  /** A world whose live directory is on the small disk, with a release that needs room. */
  async function worldOnDisk(name: string): Promise<FilesWorld> {
    const directory = path.join(disk.path, name);
    mkdirSync(directory);
    const world = await makeFilesWorld({}, { directory });
    const pages = Array.from({ length: 20 }, (_, n) => [`pages/${n}.html`, 'x'.repeat(20_000)] as const);
    await world.releases.publish('v1.1.0', application('v1.1.0', Object.fromEntries(pages)));
    return world;
  }

  test.each([
    ['before the upload', 'stage'],
    ['before the backup', 'backup'],
    ['before the files take their places', 'swap'],
    ['before the restart', 'restart'],
  ])('%s leaves the tree as it was, or as it was approved', async (_when, id) => {
    const world = await worldOnDisk(id);
    const found = await world.split();
    const target = world.connect();
    const plan = await deployPlan(target, 'v1.1.0');
    const steps = plan.steps.filter(({ effect }) => effect !== 'tidies');
    const at = steps.findIndex((step) => step.id === id);
    const context = contextOf(`op_full_${id}`);
    const { begun } = await runSteps(target, steps.slice(0, at), context);
    const makeRoom = disk.fill();
    try {
      const rest = await runSteps(target, steps.slice(at), context);
      if (rest.end.ok) expect(await world.servingDigest()).toBe(plan.to.digest);
      else {
        expect(rest.end.message).toMatch(/full/);
        for (const undone of await undo(target, [...begun, ...rest.begun], context)) {
          expect(undone).toMatchObject({ ok: true });
        }
        expect(await world.split()).toEqual(found);
      }
      // A disk that is full is noticed where something is written, and nowhere else.
      expect(rest.end.ok).toBe(id === 'swap' || id === 'restart');
    } finally {
      makeRoom();
      await world.stop();
      rmSync(path.join(disk.path, id), { recursive: true });
    }
  });

  test('is refused before anybody is asked, where it is seen to be too full', async () => {
    const world = await worldOnDisk('seen');
    const makeRoom = disk.fill();
    try {
      await expect(deployPlan(world.connect(), 'v1.1.0')).rejects.toThrow(/too full: this needs about \d/);
    } finally {
      makeRoom();
      await world.stop();
    }
  });
});
