import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A file system of its own, small enough to be filled. */
export interface SmallDisk {
  readonly path: string;
  /** Takes all the room that is left, to the last byte; returns what gives it back. */
  fill(): () => void;
  remove(): void;
}

/** Mounts one of that size, such as `3m`; needs root. */
export function mountSmallDisk(size: string): SmallDisk {
  const disk = mkdtempSync(path.join(tmpdir(), 'slipway-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk]);
  return {
    path: disk,
    fill: () => fill(path.join(disk, 'full')),
    remove: () => {
      execFileSync('umount', [disk]);
      rmSync(disk, { recursive: true });
    },
  };
}

function fill(file: string): () => void {
  const handle = openSync(file, 'w');
  for (const size of [65_536, 4_096, 1]) {
    try {
      for (;;) writeSync(handle, Buffer.alloc(size));
    } catch {
      // No room for that much any more.
    }
  }
  closeSync(handle);
  return () => rmSync(file, { force: true });
}
