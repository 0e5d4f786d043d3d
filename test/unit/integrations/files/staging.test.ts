import { setTimeout as delay } from 'node:timers/promises';
import { extract } from 'tar-stream';
import { expect, test } from 'vitest';
import type { FileContent } from '../../../../integrations/files/archive/archive.ts';
import { packed } from '../../../../integrations/files/staging.ts';

const SIZE = 4 * 1_048_576;

const ownership = () => ({ mode: 0o640, uid: 7, gid: 8 });

async function* oneFile(ended: string[]): AsyncIterable<FileContent> {
  try {
    const file = { path: 'big.bin', sha256: '', size: SIZE, executable: false };
    yield { file, content: bytes() };
  } finally {
    ended.push('ended');
  }
}

async function* bytes(): AsyncIterable<Uint8Array> {
  for (let sent = 0; sent < SIZE; sent += 65_536) yield Buffer.alloc(65_536, 'x');
}

test('packs words and files in one stream, with the mode and owner that they are to have', async () => {
  const unpacked: unknown[] = [];
  const tar = extract();
  packed(new Map([['old', 'app.py\n']]), oneFile([]), ownership).pipe(tar);
  for await (const entry of tar) {
    const { name, size, mode, uid, gid } = entry.header;
    unpacked.push({ name, size, mode, uid, gid });
    entry.resume();
  }
  expect(unpacked).toEqual([
    { name: 'old', size: 7, mode: 0o600, uid: 0, gid: 0 },
    { name: 'new/big.bin', size: SIZE, mode: 0o640, uid: 7, gid: 8 },
  ]);
});

test('an upload that breaks off ends what is behind it, and nothing else', async () => {
  const ended: string[] = [];
  const stream = packed(new Map(), oneFile(ended), ownership);
  for await (const _ of stream) break;
  await delay(50);
  expect(ended).toEqual(['ended']);
});

test('a release that cannot be read any more breaks the upload', async () => {
  async function* broken(): AsyncIterable<FileContent> {
    yield* [];
    throw new Error('the archive is gone');
  }
  const stream = packed(new Map([['old', 'x']]), broken(), ownership);
  await expect(stream.toArray()).rejects.toThrow('the archive is gone');
});
