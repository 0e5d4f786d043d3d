import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import tar from 'tar-stream';
import { type Bytes, badArchive, type RawEntry } from './archive.ts';

const TYPES: Readonly<Record<string, RawEntry['type']>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'directory',
  link: 'link',
  symlink: 'link',
};

/** The entries of a `.tar.gz`, in its order. The handle stays open. */
export async function* readTar(handle: FileHandle): AsyncIterable<RawEntry> {
  const packed = Readable.from(piecesOf(handle));
  const unpacked = createGunzip();
  const extract = tar.extract();
  const pass = (error: Error) => extract.destroy(error);
  packed.on('error', pass).pipe(unpacked).on('error', pass).pipe(extract);
  try {
    for await (const entry of extract) {
      const { name, type, mode, linkname } = entry.header;
      yield {
        name,
        type: TYPES[type ?? 'file'] ?? 'other',
        linkName: linkname ?? null,
        executable: ((mode ?? 0) & 0o100) !== 0,
        open: async () => bytesOf(entry),
      };
      entry.resume();
    }
  } catch (error) {
    throw isBroken(error) ? badArchive(`cannot be read as tar.gz (${error.message})`) : error;
  } finally {
    packed.destroy();
    unpacked.destroy();
  }
}

/** Bytes read at a time. */
const PIECE = 256 * 1_024;

/** A stream of the handle’s own would close it. */
async function* piecesOf(handle: FileHandle): Bytes {
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(PIECE), 0, PIECE, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* bytesOf(entry: AsyncIterable<unknown>): Bytes {
  for await (const part of entry) {
    if (part instanceof Uint8Array) yield part;
  }
}

/** What zlib and the reader of tar throw about the bytes, told apart from what the consumer throws. */
function isBroken(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_') || /tar|end of (data|file)/i.test(error.message);
}
