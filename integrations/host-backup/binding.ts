import type { Host } from '../host.ts';
import { TargetError } from '../target.ts';
import { type Manifest, manifestSchema } from './manifest.ts';
import { LIST } from './scripts/shelf.ts';
import type { BackupSource } from './source.ts';

/** A directory on a host in which backups are kept. */
export interface Shelf {
  readonly host: Host;
  readonly directory: string;
}

/** Everything that the steps of one target's backups are done with. */
export interface HostBackupBinding {
  readonly source: BackupSource;
  readonly shelf: Shelf;
  /** The second place; null without one. */
  readonly copy: Shelf | null;
}

const LIST_LIMIT = 60_000;

/** `saga-1:/srv/backups`. */
export function placeOf({ host, directory }: Shelf): string {
  return `${host.name}:${directory}`;
}

/** The manifests on a shelf of what is backed up here, in no order. Those of something else are not ours. */
export async function manifestsOn(
  { host, directory }: { readonly host: Pick<Host, 'name' | 'run'>; readonly directory: string },
  { of }: BackupSource,
  signal?: AbortSignal,
): Promise<readonly Manifest[]> {
  const end = await host.run({ argv: ['sh', '-c', LIST, 'sh', directory], timeLimit: LIST_LIMIT }, signal);
  if (end.status !== 0)
    throw new TargetError('invalid', `${host.name} cannot list ${directory}: ${end.complaint}`);
  return end.output.split('\n').flatMap((line) => {
    const parsed = manifestSchema.safeParse(json(line));
    return parsed.success && parsed.data.of === of ? [parsed.data] : [];
  });
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
