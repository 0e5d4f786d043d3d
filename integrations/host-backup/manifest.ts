import { z } from 'zod';
import { isDigest } from '../../src/domain/artifact.ts';
import type { StoredBackup } from '../../src/domain/backup.ts';

/** What stands beside each backup, in `ID.json`; it is written last, so that what has one is whole. */
export const manifestSchema = z.object({
  id: z.string(),
  /** What it was made of, as in {@link BackupSource}: several targets may keep theirs in one directory. */
  of: z.string(),
  /** The file beside it: `bk-3k9x.sql.gz`. */
  file: z.string(),
  /** Milliseconds since 1970. */
  takenAt: z.coerce.number(),
  /** Milliseconds. */
  duration: z.coerce.number(),
  /** Bytes. */
  size: z.coerce.number(),
  /** 64 hexadecimal digits. */
  sha256: z.string(),
});
export type Manifest = z.output<typeof manifestSchema>;

/** A line of what the list script prints: a manifest, or the id of a file without one. */
export function storedBackup(manifest: Manifest, places: readonly string[]): StoredBackup {
  const digest = `sha256:${manifest.sha256}`;
  return {
    id: manifest.id,
    takenAt: new Date(manifest.takenAt).toISOString(),
    size: manifest.size,
    sha256: isDigest(digest) ? digest : null,
    duration: manifest.duration,
    expiresAt: null,
    places,
    state: isDigest(digest) ? { is: 'good' } : { is: 'bad', reason: 'its checksum is not known' },
  };
}
