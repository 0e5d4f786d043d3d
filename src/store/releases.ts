import type { Release, ReleaseKind } from '../domain/release.ts';
import type { Queryable } from './database.ts';

/** A release with the service that it is deployed for. */
export interface ServiceRelease {
  readonly service: string;
  readonly release: Release;
}

export interface StoredRelease extends ServiceRelease {
  readonly key: string;
  readonly receivedAt: Date;
}

/** The same for a release however often it is told, and whatever the request said beside its signed body. */
export function releaseKey({ service, release }: ServiceRelease): string {
  const { repository, id, kind, publishedAt } = release;
  return `${repository}/${id}/${kind}/${publishedAt}/${service}`;
}

export async function storeRelease(db: Queryable, told: ServiceRelease): Promise<'stored' | 'duplicate'> {
  const { rowCount } = await db.query(
    'insert into slipway.releases (key, release) values ($1, $2) on conflict (key) do nothing',
    [releaseKey(told), JSON.stringify(told)],
  );
  return rowCount === 1 ? 'stored' : 'duplicate';
}

/** Takes the releases that are due, for so many seconds: nobody else takes them meanwhile. */
export async function claimReleases(db: Queryable, seconds: number): Promise<readonly StoredRelease[]> {
  const { rows } = await db.query<{ key: string; release: ServiceRelease; received_at: Date }>(
    `update slipway.releases set next_try = now() + make_interval(secs => $1)
     where done_at is null and next_try <= now() returning key, release, received_at`,
    [seconds],
  );
  return rows.map(({ key, release, received_at: receivedAt }) => ({ ...release, key, receivedAt }));
}

/** Keeps releases that were taken for so many seconds more. */
export async function keepReleases(db: Queryable, keys: readonly string[], seconds: number): Promise<void> {
  await db.query(
    `update slipway.releases set next_try = now() + make_interval(secs => $2)
     where key = any($1) and done_at is null`,
    [keys, seconds],
  );
}

/** The tag of the newest release that was told of after this one, for the same service; null if there is none. */
export async function laterRelease(
  db: Queryable,
  { key, service }: StoredRelease,
  kinds: readonly ReleaseKind[],
): Promise<string | null> {
  const { rows } = await db.query<{ tag: string }>(
    `select release -> 'release' ->> 'tag' as tag from slipway.releases
     where release ->> 'service' = $2 and release -> 'release' ->> 'kind' = any($3)
       and received_at > (select received_at from slipway.releases where key = $1)
     order by received_at desc limit 1`,
    [key, service, kinds],
  );
  return rows[0]?.tag ?? null;
}

export async function finishRelease(db: Queryable, key: string): Promise<void> {
  await db.query('update slipway.releases set done_at = now() where key = $1', [key]);
}

export async function putOffRelease(db: Queryable, key: string, seconds: number): Promise<void> {
  await db.query('update slipway.releases set next_try = now() + make_interval(secs => $2) where key = $1', [
    key,
    seconds,
  ]);
}
