import type { Digest } from '../../../src/domain/artifact.ts';
import { TargetError } from '../../target.ts';
import type { Tree, TreeFile } from '../tree.ts';

/** The content of a file, piece by piece. */
export type Bytes = AsyncIterable<Uint8Array>;

/** A file of a release. */
export interface ReleaseFile extends TreeFile {
  readonly executable: boolean;
}

/** What an archive holds of the tree that is deployed. */
export interface Release {
  readonly files: Tree<ReleaseFile>;
  /** {@link contentDigest} of its files. */
  readonly digest: Digest;
  /** The contents of some of its files, one after the other; each is read to its end before the next. */
  contents(wanted: ReadonlySet<string>): AsyncIterable<FileContent>;
}

export interface FileContent {
  readonly file: ReleaseFile;
  readonly content: Bytes;
}

/** An entry of an archive as its format tells it, before anything is believed of it. */
export interface RawEntry {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'link' | 'other';
  /** What it points at, for links. */
  readonly linkName: string | null;
  readonly executable: boolean;
  /** To be read to its end, or destroyed, before the next entry is asked for. */
  open(): Promise<Bytes>;
}

/** More than this is no release, but a mistake or an attack. */
export interface ArchiveLimits {
  /** Bytes of the archive itself. */
  readonly packed: number;
  /** Bytes of all files. */
  readonly unpacked: number;
  readonly files: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  packed: 1_073_741_824,
  unpacked: 4_294_967_296,
  files: 100_000,
};

/** An archive that is not deployed, whatever it claims to be. */
export function badArchive(what: string): TargetError {
  return new TargetError('invalid', `The archive ${what}.`);
}
