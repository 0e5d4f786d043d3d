import { isPlainPath } from '../tree.ts';
import { badArchive } from './archive.ts';

/** Bytes of a path, and of one name in it, that every file system takes. */
const LONGEST_PATH = 1_024;
const LONGEST_NAME = 255;

/** The path of an entry without `./` and slashes at its end; throws for one that could lead out of the tree. */
export function entryPath(name: string): string {
  const shown = JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}…` : name);
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) throw badArchive(`has the absolute path ${shown}`);
  if (!isPlainPath(name)) throw badArchive(`has a name that is no plain text: ${shown}`);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw badArchive(`has a path that leads out of it: ${shown}`);
  if (Buffer.byteLength(name) > LONGEST_PATH) throw badArchive(`has too long a path: ${shown}`);
  if (parts.some((part) => Buffer.byteLength(part) > LONGEST_NAME)) {
    throw badArchive(`has too long a name: ${shown}`);
  }
  return parts.join('/');
}

/** The path below the directory of the archive that is deployed; null for what stands beside it. */
export function below(root: string, path: string): string | null {
  if (root === '') return path === '' ? null : path;
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : null;
}

/** Without the first directory, which GitHub names after the commit; null for what is not in one. */
export function withoutFirst(path: string): string | null {
  const slash = path.indexOf('/');
  return slash === -1 ? null : path.slice(slash + 1);
}
