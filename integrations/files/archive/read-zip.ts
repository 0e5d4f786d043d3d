import type { FileHandle } from 'node:fs/promises';
import yauzl from 'yauzl';
import { badArchive, type RawEntry } from './archive.ts';

/** Where Unix keeps a file's mode in a zip, and what it says. */
const MODE_SHIFT = 16;
const TYPE_MASK = 0o170000;
const LINK = 0o120000;
const UNIX = 3;

/** The entries of a `.zip`, in the order of its directory. The handle stays open. */
export async function* readZip(handle: FileHandle): AsyncIterable<RawEntry> {
  const zip = await yauzl
    .fromFdPromise(handle.fd, { autoClose: false, validateEntrySizes: true })
    .catch((error: Error) => {
      throw badArchive(`cannot be read as zip (${error.message})`);
    });
  const entries = zip.eachEntry();
  for (;;) {
    const next = await entries.next().catch((error: Error) => {
      throw badArchive(`cannot be read as zip (${error.message})`);
    });
    if (next.done === true) return;
    const entry = next.value;
    const mode = entry.versionMadeBy >>> 8 === UNIX ? entry.externalFileAttributes >>> MODE_SHIFT : 0;
    if (entry.isEncrypted()) throw badArchive(`has an encrypted file: ${JSON.stringify(entry.fileName)}`);
    yield {
      name: entry.fileName,
      type: entry.fileName.endsWith('/') ? 'directory' : (mode & TYPE_MASK) === LINK ? 'link' : 'file',
      linkName: null,
      executable: (mode & 0o100) !== 0,
      open: () => zip.openReadStreamPromise(entry),
    };
  }
}
