import { createHash } from 'node:crypto';
import type { Digest } from '../../src/domain/artifact.ts';
import { canonicalJson } from '../../src/domain/json.ts';
import type { Health, Revision as LiveRevision, LiveState } from '../../src/domain/live-state.ts';
import { TargetError } from '../target.ts';
import type { CloudRunBinding } from './binding.ts';
import type { Revision } from './client.ts';
import { shortName } from './names.ts';
import {
  annotatedVersion,
  createdAt,
  digestOf,
  readinessOf,
  readService,
  type ServiceReading,
  taggedVersion,
} from './reading.ts';
import { describeShares, sameShares, sharesOf } from './traffic.ts';

/** What the service is really doing, read from Cloud Run. */
export async function inspect(binding: CloudRunBinding): Promise<LiveState> {
  const [service, listed] = await Promise.all([
    binding.api.getService(binding.names.service).then(readService),
    binding.api.listRevisions(binding.names.service),
  ]);
  const serving = Object.keys(sharesOf(service.served));
  const revisions = [...listed, ...(await missing(binding, serving, listed))];
  const live = revisions.sort((a, b) => createdAt(b) - createdAt(a)).map((one) => describe(binding, one));
  const { named, note } = await withVersions(binding, live);
  return {
    traffic: service.served.map(({ revision, percent, tag, url }) => ({
      revision,
      percent,
      ...(tag === null ? {} : { tag }),
      ...(url === null ? {} : { url }),
    })),
    revisions: named,
    health: healthOf(service, named, serving),
    url: service.uri,
    fingerprint: fingerprintOf(service, named),
    notes: [...notesOf(service, named), ...(note === null ? [] : [note])],
  };
}

/** Serving revisions that are older than all that were listed. */
async function missing(binding: CloudRunBinding, serving: readonly string[], listed: readonly Revision[]) {
  const known = new Set(listed.map((revision) => shortName(revision.name ?? '')));
  const wanted = serving.filter((name) => name !== '' && !known.has(name));
  const found = await Promise.all(
    wanted.map((name) => binding.api.findRevision(binding.names.revision(name))),
  );
  return found.filter((revision) => revision !== null);
}

function describe(binding: CloudRunBinding, revision: Revision): LiveRevision {
  const digest = digestOf(revision, binding.repository);
  const readiness = readinessOf(revision);
  return {
    name: shortName(revision.name ?? ''),
    digest,
    version: annotatedVersion(revision, digest) ?? taggedVersion(revision, binding.repository),
    createdAt: new Date(createdAt(revision)).toISOString(),
    ready:
      readiness.state === 'succeeded'
        ? { is: true }
        : { is: false, reason: readiness.message || 'it is still being deployed.' },
  };
}

/** Asks the registry for the versions that nobody wrote down. */
async function withVersions(
  binding: CloudRunBinding,
  revisions: readonly LiveRevision[],
): Promise<{ named: readonly LiveRevision[]; note: string | null }> {
  try {
    const named = revisions.map(async (one) =>
      one.version === null ? { ...one, version: await publishedVersion(binding, one.digest) } : one,
    );
    return { named: await Promise.all(named), note: null };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { named: revisions, note: `Versions are missing here: ${error.message}` };
  }
}

async function publishedVersion(binding: CloudRunBinding, digest: Digest | null): Promise<string | null> {
  return digest === null ? null : ((await binding.artifacts.versionsOf(digest))[0] ?? null);
}

/** How what serves is; a newer revision that failed, and takes nothing, is a note. */
function healthOf(
  service: ServiceReading,
  revisions: readonly LiveRevision[],
  serving: readonly string[],
): Health {
  for (const { name, ready } of revisions) {
    if (serving.includes(name) && !ready.is) {
      return { status: 'unhealthy', reason: `${name} takes traffic but is not ready: ${ready.reason}` };
    }
  }
  if (serving.length === 0) return { status: 'unhealthy', reason: 'No revision takes traffic.' };
  const asked = sharesOf(service.entries);
  if (service.reconciling || sameShares(asked, sharesOf(service.served))) return { status: 'healthy' };
  return {
    status: 'degraded',
    reason: `Traffic was asked to be ${describeShares(asked)}, but: ${service.routes.message || service.ready.message}`,
  };
}

/** Over what serves and in which share; tags and revisions without traffic do not count. */
function fingerprintOf(service: ServiceReading, revisions: readonly LiveRevision[]): string {
  const shares = sharesOf(service.served);
  const digests = Object.keys(shares).map((name) => [
    name,
    revisions.find((revision) => revision.name === name)?.digest ?? null,
  ]);
  const what = canonicalJson([shares, digests.sort()]);
  return createHash('sha256').update(what).digest('hex').slice(0, 32);
}

function notesOf(service: ServiceReading, revisions: readonly LiveRevision[]): readonly string[] {
  const notes: string[] = [];
  if (service.reconciling) notes.push('A change is under way.');
  if (service.entries.some((entry) => entry.latest && entry.percent > 0)) {
    notes.push('Traffic follows the latest ready revision.');
  }
  const newest = revisions.find((revision) => revision.name === service.latestCreated);
  if (newest !== undefined && !newest.ready.is && !service.reconciling) {
    notes.push(`The newest revision, ${newest.version ?? newest.name}, is not ready: ${newest.ready.reason}`);
  }
  return notes;
}
