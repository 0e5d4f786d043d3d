import { type FileHandle, open } from 'node:fs/promises';
import { LARGEST_FILE } from './document.ts';

/** The bytes of a file, or why they can't be had, as the end of a sentence that begins with its name. */
export type ReadFile =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string };

/** Reads a config file: at most one byte more than a config may have, whatever the file is. */
export async function readConfigFile(path: string): Promise<ReadFile> {
  try {
    await using file = await open(path);
    return { ok: true, bytes: await readAtMost(file, LARGEST_FILE + 1) };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return { ok: false, reason: REASONS[String(error.code)] ?? `can't be read: ${error.message}` };
  }
}

async function readAtMost(file: FileHandle, limit: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(limit);
  let length = 0;
  while (length < limit) {
    const { bytesRead } = await file.read(buffer, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by this user',
  EISDIR: 'is a directory',
};
