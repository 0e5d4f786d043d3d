import type { Health, LiveState, Revision } from '../../src/domain/live-state.ts';
import { type Headroom, headroomLine, readHeadroom, shortages } from '../headroom.ts';
import { TargetError } from '../target.ts';
import { checkerFor, healthCheck } from './addresses.ts';
import type { FilesBinding } from './binding.ts';
import { describeDrift, type LiveRelease, liveDigest, liveVersion } from './live.ts';
import { type Look, look } from './look.ts';
import { type Restorable, restorable } from './rollback.ts';
import type { HostTree } from './scan.ts';

/** What lives in the directory, and how it answers. */
export async function inspect(binding: FilesBinding): Promise<LiveState> {
  const [seen, answer, headroom] = await Promise.all([
    look(binding),
    askHealth(binding),
    headroomOf(binding),
  ]);
  const live = liveRevision(seen);
  return {
    traffic: live === null ? [] : [{ revision: live.name, percent: 100 }],
    revisions: [...(live === null ? [] : [live]), ...restorable(seen).map(backupRevision)],
    health: live === null ? { status: 'unhealthy', reason: 'There is no file in the directory.' } : answer,
    url: binding.config.url ?? null,
    fingerprint: seen.tree.fingerprint,
    notes: [
      ...notesOf(binding, seen),
      ...(headroom === null ? [] : headroomNotes(binding.host.name, headroom)),
    ],
  };
}

function liveRevision({ tree, live }: Look): Revision | null {
  if (live.is === 'nothing') return null;
  return {
    name: nameOf(live),
    digest: liveDigest(live),
    version: liveVersion(live),
    createdAt: live.is === 'unknown' ? new Date(0).toISOString() : (tree.marker?.placed ?? live.deployed.at),
    ready: { is: true },
  };
}

/** What stands where a version would: that it is none, and what it was. */
function nameOf(live: LiveRelease): string {
  if (live.is === 'unknown') return 'unknown';
  if (live.is === 'changed' && liveVersion(live) === null) {
    return `${live.deployed.version ?? 'unknown'}-changed-by-hand`;
  }
  return 'live';
}

function backupRevision({ name, about: { from } }: Restorable): Revision {
  const { digest, version, at } = from;
  return { name, digest, version, createdAt: at, ready: { is: true } };
}

/** Asked once; whoever waits for it to come up asks again. */
async function askHealth(binding: FilesBinding): Promise<Health> {
  const check = healthCheck(binding.config);
  if (check === null) return { status: 'unknown', reason: 'No health check is configured.' };
  const { ok, detail } = await checkerFor(binding, check).run({
    checks: [check],
    baseUrl: binding.config.url ?? check.http,
    signal: new AbortController().signal,
  });
  return ok ? { status: 'healthy' } : { status: 'unhealthy', reason: detail };
}

function notesOf({ config }: FilesBinding, { tree, live }: Look): readonly string[] {
  const drift = describeDrift(live);
  return [
    ...(drift === null ? [] : [`⚠️ ${drift}`]),
    ...deployNote(tree),
    backupsNote(tree, config.backups.keep),
  ];
}

function deployNote({ marker, files }: HostTree): readonly string[] {
  if (marker === null) return [];
  const what = marker.version === null ? 'Put back' : `${marker.version} put there`;
  return [`${what} ${moment(marker.placed)} by ${marker.operation}; ${files.size} files.`];
}

function backupsNote({ backups }: HostTree, keep: number): string {
  const [newest] = backups;
  if (newest === undefined) return 'No backups yet.';
  return `Backups: ${backups.length} of at most ${keep}, the newest ${newest.name}.`;
}

/** Null before there is a directory. */
async function headroomOf({ host, config }: FilesBinding): Promise<Headroom | null> {
  try {
    return await readHeadroom(host, config.directory);
  } catch (error) {
    if (error instanceof TargetError && error.problem === 'not-found') return null;
    throw error;
  }
}

function headroomNotes(host: string, headroom: Headroom): readonly string[] {
  return [headroomLine(host, headroom), ...shortages(host, headroom).map((short) => `⚠️ ${short}`)];
}

/** `2026-11-22 04:15 UTC` */
function moment(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
