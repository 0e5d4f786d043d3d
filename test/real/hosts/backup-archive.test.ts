import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { archiveBackupConfig } from '../../../integrations/host-backup/config.ts';
import { createHostBackups } from '../../../integrations/host-backup/provider.ts';
import { hostsConfig } from '../../../integrations/ssh/config.ts';
import { createSshHosts } from '../../../integrations/ssh/hosts.ts';
import { backupIdOf, type StoredBackup } from '../../../src/domain/backup.ts';
import { drive, driveStep, forgetIntents } from '../../contract/backup/drive.ts';
import { type BackupWorld, backupSuite, stepsOf } from '../../contract/backup/suite.ts';
import { startTestHost, type TestHost } from '../../support/host/test-host.ts';

interface ArchiveWorld extends BackupWorld {
  readonly tree: string;
  readonly kept: string;
  readonly second: string;
}

let server: TestHost;
let other: TestHost;

beforeAll(async () => {
  server = await startTestHost();
  other = await startTestHost();
});
afterAll(async () => {
  await server?.stop();
  await other?.stop();
});
beforeEach(async () => {
  forgetIntents();
  await Promise.all([server.forgetRuns(), other.forgetRuns()]);
});

async function archiveWorld(): Promise<ArchiveWorld> {
  const root = await mkdtemp(path.join(tmpdir(), 'slipway-archive-'));
  const [tree, kept, second] = ['tree', 'kept', 'second'].map((name) => path.join(root, name));
  if (tree === undefined || kept === undefined || second === undefined) throw new Error('no places');
  await mkdir(path.join(tree, 'with spaces; $(and more)'), { recursive: true });
  await writeFile(path.join(tree, 'with spaces; $(and more)/photo.jpg'), Buffer.alloc(300_000, 'x'));
  await symlink('data', path.join(tree, 'link'));
  await writeFile(path.join(tree, 'data'), 'as it was');
  const config = hostsConfig.parse({ 'web-1': server.config(), 'backup-1': other.config() });
  const provider = createHostBackups(
    archiveBackupConfig.parse({
      kind: 'archive',
      host: 'web-1',
      path: tree,
      directory: kept,
      copy: { host: 'backup-1', directory: second },
    }),
    createSshHosts(config),
  );
  onTestFinished(async () => {
    await provider.close();
    await rm(root, { recursive: true });
  });
  return {
    tree,
    kept,
    second,
    provider,
    write: (content) => writeFile(path.join(tree, 'data'), content),
    content: () => readFile(path.join(tree, 'data'), 'utf8'),
  };
}

backupSuite('archive on a host', archiveWorld);

describe('the archive of a directory', () => {
  it('is at both places with the same SHA-256, which is the one that is told', async () => {
    const { provider, kept, second } = await archiveWorld();
    const ends = await drive(provider, await provider.planBackup(), 'op-both');
    const [backup] = await provider.list();
    const sums = await Promise.all([kept, second].map((place) => sha256(`${place}/bk-both.tar.gz`)));
    expect(sums).toEqual([backup?.sha256, backup?.sha256]);
    expect(ends.at(-1)?.message).toContain(backup?.sha256);
    expect(backup?.places).toEqual([`web-1:${kept}`, `backup-1:${second}`]);
  });

  it('brings back what was deleted, and takes away what came after it', async () => {
    const { provider, tree } = await archiveWorld();
    await drive(provider, await provider.planBackup(), 'op-first');
    await rm(path.join(tree, 'with spaces; $(and more)'), { recursive: true });
    await writeFile(path.join(tree, 'new'), 'new');
    const [backup] = await provider.list();
    if (backup === undefined) throw new Error('no backup');
    await drive(provider, await provider.planBackup(), 'op-second');
    const ends = await drive(provider, await provider.planRestore(backup), 'op-second');
    expect(ends.at(-1)).toMatchObject({ phase: 'succeeded', message: expect.stringContaining('3 files') });
    expect((await readdir(tree)).sort()).toEqual(['data', 'link', 'with spaces; $(and more)']);
  });

  it('does not verify and is not restored when a byte of it is another one', async () => {
    const { provider, kept, content } = await archiveWorld();
    await drive(provider, await provider.planBackup(), 'op-rot');
    const file = `${kept}/bk-rot.tar.gz`;
    const bytes = await readFile(file);
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
    await writeFile(file, bytes);
    const [backup] = await provider.list();
    if (backup === undefined) throw new Error('no backup');
    const wrong = {
      phase: 'failed',
      problem: 'unhealthy',
      message: expect.stringMatching(/SHA-256 differs/),
    };
    expect(await drive(provider, await provider.planVerification(backup), 'op-look')).toMatchObject([wrong]);
    const [restore] = stepsOf(await provider.planRestore(backup));
    if (restore === undefined) throw new Error('no step');
    expect(await driveStep(provider, restore, 'op-put')).toMatchObject(wrong);
    expect(await content()).toBe('as it was');
  });

  it('keeps what was written meanwhile when a restore that failed before it changed anything is undone', async () => {
    const world = await archiveWorld();
    const { provider, kept } = world;
    const backup = await madeBy(world, 'op-gone');
    await rm(`${kept}/bk-gone.check`);
    const { restore, undo } = await restoreOf(world, backup);
    await drive(provider, await provider.planBackup(), 'op-put2');
    await world.write('written meanwhile');
    expect(await driveStep(provider, restore, 'op-put2')).toMatchObject({ phase: 'failed' });
    expect(await driveStep(provider, undo, 'op-put2', 2)).toEqual(unchanged);
    expect(await world.content()).toBe('written meanwhile');
    // The same where the restore was never begun.
    await drive(provider, await provider.planBackup(), 'op-put3');
    await world.write('written later');
    expect(await driveStep(provider, undo, 'op-put3')).toEqual(unchanged);
    expect(await world.content()).toBe('written later');
  });

  it('is not restored when it is not the one that was approved', async () => {
    const world = await archiveWorld();
    const backup = await madeBy(world, 'op-approved');
    const other = { ...backup, sha256: `sha256:${'0'.repeat(64)}` as const };
    const { restore } = await restoreOf(world, other);
    await world.write('later');
    expect(await driveStep(world.provider, restore, 'op-put4')).toMatchObject({
      phase: 'failed',
      message: expect.stringMatching(/SHA-256 differs/),
    });
    expect(await world.content()).toBe('later');
  });

  it('moves back what was there when something in it cannot be moved away', async () => {
    const world = await archiveWorld();
    const { tree } = world;
    const backup = await madeBy(world, 'op-fixed');
    await world.write('live');
    const { restore, undo } = await restoreOf(world, backup);
    const fixed = path.join(tree, 'zz fixed');
    await mkdir(fixed);
    execFileSync('mount', ['--bind', fixed, fixed]);
    onTestFinished(() => void execFileSync('umount', [fixed]));
    expect(await driveStep(world.provider, restore, 'op-put5')).toMatchObject({
      phase: 'failed',
      message: expect.stringContaining('what was there was put back'),
    });
    expect(await driveStep(world.provider, undo, 'op-put5')).toEqual(unchanged);
    expect(await world.content()).toBe('live');
    expect((await readdir(tree)).sort()).toEqual(['data', 'link', 'with spaces; $(and more)', 'zz fixed']);
  });

  it('is not restored over something that is mounted below', async () => {
    const world = await archiveWorld();
    const backup = await madeBy(world, 'op-mounts');
    const { restore } = await restoreOf(world, backup);
    const mounted = path.join(world.tree, 'mounted');
    await mkdir(mounted);
    execFileSync('mount', ['-t', 'tmpfs', 'none', mounted]);
    onTestFinished(() => void execFileSync('umount', [mounted]));
    await writeFile(path.join(mounted, 'precious'), 'kept');
    await world.write('live');
    expect(await driveStep(world.provider, restore, 'op-put6')).toMatchObject({
      phase: 'failed',
      message: expect.stringContaining('mounted below'),
    });
    expect(await world.content()).toBe('live');
    expect(await readFile(path.join(mounted, 'precious'), 'utf8')).toBe('kept');
  });

  it('does not verify when it does not hold what was there', async () => {
    const { provider, kept } = await archiveWorld();
    await drive(provider, await provider.planBackup(), 'op-miss');
    const check = `${kept}/bk-miss.check`;
    await writeFile(check, `${await readFile(check, 'utf8')}${'f'.repeat(64)}  ./zz-missing\n`);
    const [backup] = await provider.list();
    if (backup === undefined) throw new Error('no backup');
    expect(await drive(provider, await provider.planVerification(backup), 'op-look2')).toMatchObject([
      { phase: 'failed', problem: 'unhealthy', message: expect.stringContaining('./zz-missing') },
    ]);
    expect(await readdir(`${kept}/.slipway-work`)).toEqual([]);
  });

  it('is listed as only at the second place when the first has lost it', async () => {
    const { provider, kept } = await archiveWorld();
    await drive(provider, await provider.planBackup(), 'op-lost');
    await rm(`${kept}/bk-lost.json`);
    expect(await provider.list()).toMatchObject([
      { id: 'bk-lost', state: { is: 'away', reason: expect.stringContaining('only at backup-1:') } },
    ]);
  });

  it('goes on where it was when the connection is cut in the middle of it', async () => {
    const { provider, tree } = await archiveWorld();
    await writeFile(path.join(tree, 'large'), Buffer.alloc(40_000_000, 'slipway '));
    const steps = stepsOf(await provider.planBackup());
    // One of its own for each attempt at this test: what a host began for an operation it does not begin again.
    const operation = `op-cut${Date.now()}`;
    let cuts = 0;
    const stopped = new AbortController();
    onTestFinished(() => stopped.abort());
    const cutting = (async () => {
      // Ever more time between them: a busy machine takes longer to connect and to say a word.
      for (let pause = 400; !stopped.signal.aborted; pause *= 1.2) {
        await delay(pause, undefined, { signal: stopped.signal }).catch(() => undefined);
        if (!stopped.signal.aborted) cuts += await server.cut();
      }
    })();
    for (const step of steps) {
      let end = await driveStep(provider, step, operation).catch((error: { retry?: string }) => error);
      while (!('phase' in end)) {
        expect(end.retry).toBe('retryable');
        end = await driveStep(provider, step, operation).catch((error: { retry?: string }) => error);
      }
      expect(end.phase).toBe('succeeded');
    }
    stopped.abort();
    await cutting;
    expect(cuts).toBeGreaterThan(0);
    // The last cut may be noticed only now.
    await expect
      .poll(() => provider.list().catch(() => []))
      .toMatchObject([{ id: backupIdOf(operation), state: { is: 'good' } }]);
  });
});

const unchanged = { phase: 'succeeded', message: 'Nothing had been changed.' };

async function madeBy({ provider }: BackupWorld, operation: string): Promise<StoredBackup> {
  await drive(provider, await provider.planBackup(), operation);
  const backup = (await provider.list()).find(({ id }) => id === backupIdOf(operation));
  if (backup === undefined) throw new Error('no backup');
  return backup;
}

/** The step that changes data, and its undo. */
async function restoreOf({ provider }: BackupWorld, backup: StoredBackup) {
  const restore = stepsOf(await provider.planRestore(backup)).find(({ effect }) => effect === 'changes-data');
  if (restore?.undo === undefined) throw new Error('no step');
  return { restore, undo: restore.undo };
}

async function sha256(file: string): Promise<string> {
  return `sha256:${createHash('sha256')
    .update(await readFile(file))
    .digest('hex')}`;
}
