import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { manifestsOn } from '../../../../integrations/host-backup/binding.ts';
import { archiveBackupConfig } from '../../../../integrations/host-backup/config.ts';
import { manifestSchema } from '../../../../integrations/host-backup/manifest.ts';
import { ARCHIVE } from '../../../../integrations/host-backup/scripts/archive.ts';
import { MAY_BE_EMPTY } from '../../../../integrations/host-backup/scripts/common.ts';
import { LIST } from '../../../../integrations/host-backup/scripts/shelf.ts';
import { sourceOf } from '../../../../integrations/host-backup/source.ts';

const run = promisify(execFile);
const TWO_DAYS_AGO = new Date(Date.now() - 2 * 86_400_000);

let root: string;
let tree: string;
let kept: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'slipway-keeping-'));
  [tree, kept] = [path.join(root, 'tree'), path.join(root, 'kept')];
  await mkdir(tree);
  await writeFile(path.join(tree, 'data'), 'as it was');
  onTestFinished(() => rm(root, { recursive: true }));
});

/** Runs a script as a host does; what it printed, or an error with its status and what it printed. */
async function sh(script: string, ...data: readonly string[]): Promise<string> {
  return (await run('sh', ['-c', script, 'sh', ...data])).stdout;
}

function archive(id: string, of = 'web-1: directory /srv/shop', more = ''): Promise<string> {
  return sh(ARCHIVE, kept, `${id}.tar.gz`, JSON.stringify(of), 'path', tree, more);
}

async function listed(): Promise<readonly string[]> {
  const lines = (await sh(LIST, kept)).split('\n').filter((line) => line !== '');
  return lines.map((line) => manifestSchema.parse(JSON.parse(line)).id);
}

describe('making a backup in a directory', () => {
  it('deletes nothing that it did not make, however old, and no older backup', async () => {
    await archive('bk-1');
    for (const name of ['.venv', '.backups', '.bashrc.d', '.restic', 'old']) {
      await mkdir(path.join(kept, name));
      await utimes(path.join(kept, name), TWO_DAYS_AGO, TWO_DAYS_AGO);
    }
    const before = await readdir(kept);
    await archive('bk-2');
    expect(await readdir(kept)).toEqual(expect.arrayContaining(before));
  });

  it('deletes nothing in a directory whose own name begins like our work, and was long left alone', async () => {
    kept = path.join(root, '.backups');
    await archive('bk-1');
    await utimes(kept, TWO_DAYS_AGO, TWO_DAYS_AGO);
    await archive('bk-2');
    expect(await listed()).toEqual(['bk-1', 'bk-2']);
  });

  it('clears away what an earlier one left behind that was killed', async () => {
    const left = path.join(kept, '.slipway-work', 'a1b2c3');
    await mkdir(left, { recursive: true });
    await writeFile(path.join(left, 'bk-0.tar.gz'), 'half of it');
    await utimes(left, TWO_DAYS_AGO, TWO_DAYS_AGO);
    await archive('bk-1');
    expect(await readdir(path.join(kept, '.slipway-work'))).toEqual([]);
  });

  it('says in the manifest what it is of, whatever that is called', async () => {
    const of = 'web-1: directory /srv/"quoted" \\ %s é';
    await archive('bk-1', of);
    const manifest = manifestSchema.parse(JSON.parse(await readFile(path.join(kept, 'bk-1.json'), 'utf8')));
    expect(manifest).toMatchObject({ id: 'bk-1', of, file: 'bk-1.tar.gz' });
  });

  it('fails when there is nothing in it any more, and names one that has something', async () => {
    await archive('bk-1');
    await rm(path.join(tree, 'data'));
    await expect(archive('bk-2')).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^there is nothing to back up any more, and bk-1 is not empty/),
    });
    expect(await listed()).toEqual(['bk-1']);
  });

  it('makes one of nothing before a restore: that it is gone may be why', async () => {
    await archive('bk-1');
    await rm(path.join(tree, 'data'));
    await archive('bk-2', undefined, MAY_BE_EMPTY);
    expect(await listed()).toEqual(['bk-1', 'bk-2']);
  });

  it('makes one of nothing where there never was anything, or only something else was', async () => {
    await archive('bk-1', 'web-1: volume shop');
    await rm(path.join(tree, 'data'));
    await archive('bk-2');
    await archive('bk-3');
    expect(await listed()).toEqual(['bk-1', 'bk-2', 'bk-3']);
  });
});

describe('listing a directory', () => {
  it('lists nothing where none was made yet', async () => {
    expect(await listed()).toEqual([]);
  });

  it('fails where it cannot be seen whether there are any', async () => {
    await expect(sh(LIST, path.join(root, 'not-mounted', 'kept'))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not-mounted is not there'),
    });
    await writeFile(kept, 'a file');
    await expect(listed()).rejects.toMatchObject({ code: expect.any(Number) });
  });

  it('leaves out what is of something else', async () => {
    await archive('bk-1', 'web-1: directory /srv/shop');
    await archive('bk-2', 'web-1: directory /srv/other');
    const printed = await sh(LIST, kept);
    const host = { name: 'web-1', run: async () => ({ status: 0, output: printed, complaint: '' }) };
    const config = { kind: 'archive', host: 'web-1', path: '/srv/shop', directory: kept };
    const source = sourceOf(archiveBackupConfig.parse(config));
    expect((await manifestsOn({ host, directory: kept }, source)).map(({ id }) => id)).toEqual(['bk-1']);
  });
});
