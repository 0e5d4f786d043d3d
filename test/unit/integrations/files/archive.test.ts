import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { expect, onTestFinished, test } from 'vitest';
import { ARCHIVE_LIMITS, type Release } from '../../../../integrations/files/archive/archive.ts';
import { readRelease } from '../../../../integrations/files/archive/read-release.ts';
import { ignoreRules } from '../../../../integrations/files/ignore.ts';
import { tarGz } from '../../../support/files/archives.ts';

interface Layout {
  readonly wrapped?: boolean;
  readonly root?: string;
  readonly ignore?: readonly string[];
}

async function handleOf(content: Buffer): Promise<FileHandle> {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-archive-'));
  const file = path.join(directory, 'archive');
  writeFileSync(file, content);
  const handle = await open(file, 'r');
  onTestFinished(async () => {
    await handle.close();
    rmSync(directory, { recursive: true });
  });
  return handle;
}

async function read(content: Buffer, { wrapped = false, root = '', ignore = [] }: Layout = {}, limits = {}) {
  return readRelease({
    handle: await handleOf(content),
    layout: { wrapped, root, ignore: ignoreRules(ignore) },
    limits: { ...ARCHIVE_LIMITS, ...limits },
  });
}

async function crafted(...entries: readonly (Partial<Header> & { name: string })[]): Promise<Buffer> {
  const tar = pack();
  for (const { linkname, type, ...entry } of entries) {
    if (type === undefined) tar.entry(entry, 'x');
    else tar.entry({ ...entry, type, ...(linkname === undefined ? {} : { linkname }) });
  }
  tar.finalize();
  return gzipSync(await buffer(tar));
}

async function contentsOf(release: Release, ...paths: readonly string[]) {
  const found: Record<string, string> = {};
  for await (const { file, content } of release.contents(new Set(paths))) {
    found[file.path] = (await buffer(content)).toString();
  }
  return found;
}

test('reads the files of a tar.gz, their hashes and which are executable', async () => {
  const release = await read(await tarGz({ 'app.py': 'x = 1\n', 'bin/run': { text: 'y', mode: 0o755 } }));
  const sha256 = createHash('sha256').update('x = 1\n').digest('hex');
  expect([...release.files.values()]).toMatchObject([
    { path: 'app.py', sha256, size: 6, executable: false },
    { path: 'bin/run', executable: true },
  ]);
});

test('its contents can be read again, and only those that are wanted', async () => {
  const release = await read(await tarGz({ a: '1', b: '2', c: '3' }));
  expect(await contentsOf(release, 'a', 'c')).toEqual({ a: '1', c: '3' });
  expect(await contentsOf(release, 'b')).toEqual({ b: '2' });
});

test('the digest is of the content, however it was packed: tar or zip, in whatever order, below whatever', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-zip-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [name, text] of Object.entries({ a: '1', b: '2' }))
    writeFileSync(path.join(directory, name), text);
  execFileSync('python3', ['-m', 'zipfile', '-c', 'archive.zip', 'b', 'a'], { cwd: directory });
  const zip = await read(readFileSync(path.join(directory, 'archive.zip')));
  const wrapped = await read(await tarGz({ b: '2', a: '1' }, 'shop-3f2a90c/'), { wrapped: true });
  expect(zip.digest).toBe(wrapped.digest);
  expect(await contentsOf(zip, 'a')).toEqual({ a: '1' });
  const listing = ['a', 'b'].map((name, index) => {
    const hash = createHash('sha256')
      .update(String(index + 1))
      .digest('hex');
    return `${hash}  ${name}\n`;
  });
  expect(zip.digest).toBe(`sha256:${createHash('sha256').update(listing.join('')).digest('hex')}`);
});

test('only what is below its root counts, without what is ignored', async () => {
  const archive = await tarGz({ 'backend/app.py': '1', 'backend/shop.db': '2', 'docs/a.md': '3' }, 'x/');
  const release = await read(archive, { wrapped: true, root: 'backend', ignore: ['*.db'] });
  expect([...release.files.keys()]).toEqual(['app.py']);
  await expect(read(archive, { wrapped: true, root: 'web' })).rejects.toThrow(/no file in web/);
});

test.each([
  [{ name: '../etc/passwd' }, /leads out of it: "..\/etc\/passwd"/],
  [{ name: 'a/../../b' }, /leads out of it/],
  [{ name: '/etc/passwd' }, /absolute path "\/etc\/passwd"/],
  [{ name: 'C:/windows' }, /absolute path/],
  [{ name: 'a\\..\\b' }, /no plain text/],
  [{ name: 'a\nb' }, /no plain text/],
  [{ name: 'a', type: 'symlink', linkname: '/etc/passwd' }, /a, a link to \/etc\/passwd/],
  [{ name: 'a', type: 'link', linkname: 'b' }, /a, a link to b/],
  [{ name: 'a', type: 'character-device' }, /no plain file/],
  [{ name: `${'a/'.repeat(600)}b` }, /too long a path/],
  [{ name: 'b'.repeat(256) }, /too long a name/],
] as const)('refuses an archive with %j', async (entry, reason) => {
  await expect(read(await crafted({ name: 'ok' }, entry))).rejects.toThrow(reason);
});

test('a link that is ignored, or beside the root, is none of our business', async () => {
  const archive = await crafted(
    { name: 'backend/app.py' },
    { name: 'backend/logs', type: 'symlink', linkname: '/var/log' },
    { name: 'current', type: 'symlink', linkname: 'backend' },
  );
  const release = await read(archive, { root: 'backend', ignore: ['/logs'] });
  expect([...release.files.keys()]).toEqual(['app.py']);
});

test('refuses what has the same path twice, or as a file and as a directory', async () => {
  await expect(read(await crafted({ name: 'a' }, { name: './a' }))).rejects.toThrow('has a twice');
  await expect(read(await crafted({ name: 'a' }, { name: 'a/b' }))).rejects.toThrow(/a both as a file/);
});

test('refuses what is too much, before it has unpacked it', async () => {
  const archive = await tarGz({ a: 'x'.repeat(1_000), b: 'y', c: 'z' });
  await expect(read(archive, {}, { unpacked: 900 })).rejects.toThrow(/larger unpacked/);
  await expect(read(archive, {}, { files: 2 })).rejects.toThrow(/more than 2 files/);
});

test.each([
  ['nothing known', Buffer.from('<html>not found</html>'), /neither tar.gz nor zip/],
  ['a torn archive', gzipSync(Buffer.alloc(2_000, 'a')).subarray(0, 20), /cannot be read as tar.gz/],
  ['a torn zip', Buffer.from('PK\u0003\u0004 and nothing more'), /cannot be read as zip/],
])('refuses %s', async (_name, content, reason) => {
  await expect(read(content)).rejects.toThrow(reason);
});
