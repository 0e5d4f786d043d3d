import { statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { contextOf, deployPlan, runSteps } from '../../contract/target/drive.ts';
import { describeTarget } from '../../contract/target/suite.ts';
import { makeFilesWorld, versionAt } from '../../support/files/files-world.ts';

describeTarget('A directory on a real host, behind a real gunicorn', () => makeFilesWorld());

// Python takes what it compiled for current while a file's size and second are the same.
it('replaces a file by one that is later by a second at least, whatever the clocks say', async () => {
  const world = await makeFilesWorld();
  onTestFinished(() => world.stop());
  const app = path.join(world.directory, 'app.py');
  const second = Math.floor(Date.now() / 1_000) + 60;
  utimesSync(app, second, second);
  await world.gunicorn.byHand();
  await expect.poll(() => versionAt(world.gunicorn.url)).toBe('v1.0.0');
  const target = world.connect();
  const plan = await deployPlan(target, 'v1.1.0');
  const { end } = await runSteps(target, plan.steps, contextOf('op_later'));
  expect(end).toMatchObject({ ok: true });
  expect(Math.floor(statSync(app).mtimeMs / 1_000)).toBeGreaterThan(second);
  expect(await versionAt(world.gunicorn.url)).toBe('v1.1.0');
});
