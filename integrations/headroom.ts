import type { Host } from './host.ts';
import { TargetError } from './target.ts';

/** What a host has left. */
export interface Headroom {
  /** Bytes on the disk of the directory. */
  readonly disk: { readonly free: number; readonly all: number };
  /** Bytes of memory that programs could still have; null where the host does not tell. */
  readonly memory: { readonly free: number; readonly all: number } | null;
}

/** Less than this part left is told as a warning; of a disk, less than these bytes too. */
const LOW = 0.1;
const LOW_BYTES = 1_073_741_824;

/** Arguments: a directory. Prints KiB: all, free, memory, free memory. */
const MEASURE = `
df -P -k -- "$1" | tail -n 1 | sed 's/  */ /g' | cut -d' ' -f2,4
sed -n 's/^MemTotal: *\\([0-9]*\\).*/\\1/p;s/^MemAvailable: *\\([0-9]*\\).*/\\1/p' /proc/meminfo
`;

/** Looks what a host has left, on the disk that has the directory. */
export async function readHeadroom(host: Host, directory: string): Promise<Headroom> {
  const argv = ['sh', '-c', MEASURE, 'sh', directory] as const;
  const { output, complaint } = await host.run({ argv, timeLimit: 15_000 });
  const [all, free, memory, freeMemory] = output.split(/\s+/).map((word) => Number(word) * 1_024);
  if (all === undefined || free === undefined || Number.isNaN(free)) {
    throw new TargetError(
      'not-found',
      `${host.name} does not tell how full ${directory} is (${complaint.trim()}).`,
    );
  }
  const known = memory !== undefined && freeMemory !== undefined && freeMemory > 0;
  return { disk: { free, all }, memory: known ? { free: freeMemory, all: memory } : null };
}

/** What of it is short, for people. */
export function shortages(name: string, { disk, memory }: Headroom): readonly string[] {
  const short: string[] = [];
  if (disk.free < LOW * disk.all || disk.free < LOW_BYTES)
    short.push(`The disk of ${name} is nearly full: ${left(disk)}.`);
  if (memory !== null && memory.free < LOW * memory.all) {
    short.push(`${name} is short of memory: ${left(memory)}.`);
  }
  return short;
}

/** One line for `/status`: “web-1: 12 of 50 GB disk and 2.1 of 8 GB memory free”. */
export function headroomLine(name: string, { disk, memory }: Headroom): string {
  return `${name}: disk ${left(disk)}${memory === null ? '' : `; memory ${left(memory)}`}`;
}

function left({ free, all }: { readonly free: number; readonly all: number }): string {
  return `${gigabytes(free)} of ${gigabytes(all)} GB free`;
}

function gigabytes(bytes: number): string {
  const size = bytes / 1e9;
  return size < 10 ? size.toFixed(1) : String(Math.round(size));
}
