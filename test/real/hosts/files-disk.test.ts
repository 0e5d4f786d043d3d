import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contextOf, deployPlan, runSteps, undo } from '../../contract/target/drive.ts';
import { application, type FilesWorld, makeFilesWorld } from '../../support/files/files-world.ts';

describe('a disk that is full', () => {
  let disk: string;
  beforeAll(() => {
    disk = mkdtempSync(path.join(tmpdir(), 'slipway-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]);
  });
  afterAll(() => {
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });

  /** A world whose live directory is on the small disk, with a release that needs room. */
  async function worldOnDisk(name: string): Promise<FilesWorld> {
    const directory = path.join(disk, name);
    mkdirSync(directory);
    const world = await makeFilesWorld({}, { directory });
    const pages = Array.from({ length: 20 }, (_, n) => [`pages/${n}.html`, 'x'.repeat(20_000)] as const);
    await world.releases.publish('v1.1.0', application('v1.1.0', Object.fromEntries(pages)));
    return world;
  }

  function fill(): () => void {
    const file = path.join(disk, 'full');
    const handle = openSync(file, 'w');
    for (const size of [65_536, 4_096, 1]) {
      try {
        for (;;) writeSync(handle, Buffer.alloc(size));
      } catch {
        // No room for that much any more.
      }
    }
    closeSync(handle);
    return () => rmSync(file);
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
    const makeRoom = fill();
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
      rmSync(path.join(disk, id), { recursive: true });
    }
  });

  test('is refused before anybody is asked, where it is seen to be too full', async () => {
    const world = await worldOnDisk('seen');
    const makeRoom = fill();
    try {
      await expect(deployPlan(world.connect(), 'v1.1.0')).rejects.toThrow(/too full: this needs about \d/);
    } finally {
      makeRoom();
      await world.stop();
    }
  });
});
