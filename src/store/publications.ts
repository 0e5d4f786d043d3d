import type { PendingPicture } from '../domain/picture.ts';
import type { Queryable } from './database.ts';

/** The channel of PostgreSQL's notifications on which {@link putPublication} tells its key. */
export const PUBLICATIONS_CHANNEL = 'slipway_publications';

/**
 * Lower goes first: approvals and rollbacks never wait behind alerts, and a storm is told before what it is made
 * of.
 */
export const PRIORITY = {
  operation: 0,
  thread: 1,
  digest: 2,
  critical: 3,
  alert: 4,
  alertThread: 5,
} as const;
export type Priority = (typeof PRIORITY)[keyof typeof PRIORITY];

/** A message that Slack is to show. `Content` is plain data, and stored as JSON. */
export interface Publication<Content> {
  /** The same for every version of the same message. */
  readonly key: string;
  readonly channelId: string;
  /** An existing thread, or the thread of another publication that was put before. */
  readonly thread:
    | null
    | { readonly kind: 'message'; readonly ts: string }
    | { readonly kind: 'publication'; readonly key: string };
  readonly priority: Priority;
  readonly content: Content;
  /** Reactions that the bot itself adds, for people to click. */
  readonly reactions: readonly string[];
}

/** A publication that Slack does not show yet as it should. */
export interface PendingPublication<Content> {
  readonly key: string;
  readonly channelId: string;
  readonly threadTs: string | null;
  readonly priority: Priority;
  readonly content: Content;
  readonly version: number;
  readonly sentVersion: number;
  readonly reactions: readonly string[];
  readonly reactionsAdded: readonly string[];
  readonly ts: string | null;
  readonly attemptedAt: Date | null;
  readonly failure: string | null;
  readonly retryAt: Date | null;
  /** What it shows beside its text; only `putPicture` of `pictures.ts` puts one. */
  readonly picture: PendingPicture | null;
}

/** Where a publication stands in Slack. */
export interface PublishedMessage {
  readonly key: string;
  readonly channelId: string;
  readonly ts: string;
}

/**
 * Says what Slack is to show. The same key again replaces what it shows; the same content again is
 * nothing new. Within a transaction it takes effect when that is committed.
 */
export async function putPublication<Content>(
  db: Queryable,
  publication: Publication<Content>,
): Promise<void> {
  const { key, channelId, thread, priority, content, reactions } = publication;
  await db.query(
    `with put as (
       insert into slipway.publications as p (key, channel_id, thread_ts, parent_key, priority, wanted, reactions)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (key) do update set
         wanted = excluded.wanted, wanted_version = p.wanted_version + 1, priority = excluded.priority,
         reactions = excluded.reactions, failure = null, retry_at = null,
         waiting_since = case when p.pending then p.waiting_since else clock_timestamp() end
       where (p.wanted, p.priority, p.reactions) is distinct from
         (excluded.wanted, excluded.priority, excluded.reactions)
       returning key)
     select pg_notify('${PUBLICATIONS_CHANNEL}', key) from put`,
    [
      key,
      channelId,
      thread?.kind === 'message' ? thread.ts : null,
      thread?.kind === 'publication' ? thread.key : null,
      priority,
      JSON.stringify(content),
      [...reactions],
    ],
  );
}

/**
 * What is to be sent, first things first: at most `perChannel` of each channel. What belongs into the
 * thread of a message that is not posted yet is not among it.
 */
export async function pendingPublications<Content>(
  db: Queryable,
  perChannel: number,
): Promise<readonly PendingPublication<Content>[]> {
  const { rows } = await db.query<PendingRow<Content>>(
    `select * from (
       select p.*, coalesce(parent.thread_ts, parent.ts, p.thread_ts) as in_thread,
         case when picture.key is not null then jsonb_build_object(
           'filename', filename, 'title', title, 'alt', alt, 'fileId', file_id, 'pastFileIds', past_file_ids
         ) end as picture, row_number() over (
         partition by p.channel_id order by p.retry_at is not null, p.priority, p.waiting_since, p.ordinal) as place
       from slipway.publications p left join slipway.publications parent on parent.key = p.parent_key
         left join slipway.pictures picture on picture.key = p.key
       where p.pending and (p.retry_at is null or p.retry_at <= now())
         and (p.parent_key is null or parent.ts is not null)
     ) placed where place <= $1 order by priority, waiting_since, ordinal`,
    [perChannel],
  );
  return rows.map(toPending);
}

/** Says that the message is about to be posted; false if its ts has become known meanwhile. */
export async function markAttempt(db: Queryable, key: string, at: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    'update slipway.publications set attempted_at = $2 where key = $1 and ts is null',
    [key, at],
  );
  return rowCount === 1;
}

/** Says that Slack certainly has not got it: the attempt was refused. */
export async function unmarkAttempt(db: Queryable, key: string): Promise<void> {
  await db.query('update slipway.publications set attempted_at = null where key = $1 and ts is null', [key]);
}

/**
 * Says what Slack shows now. A message keeps the first ts that is recorded for it; of a picture that was
 * shared Slack does not tell one.
 */
export async function recordSent(
  db: Queryable,
  sent: { readonly key: string; readonly ts: string | null; readonly version: number },
): Promise<void> {
  await db.query(
    `update slipway.publications set ts = coalesce(ts, $2), sent_version = greatest(sent_version, $3),
       failure = null, retry_at = null where key = $1`,
    [sent.key, sent.ts, sent.version],
  );
}

export async function recordReaction(db: Queryable, key: string, reaction: string): Promise<void> {
  await db.query(
    `update slipway.publications set reactions_added = array_append(reactions_added, $2)
     where key = $1 and not $2 = any (reactions_added)`,
    [key, reaction],
  );
}

/** Says that Slack does not take it, and when to try again. */
export async function recordFailure(
  db: Queryable,
  failed: { readonly key: string; readonly failure: string; readonly retryAt: Date },
): Promise<void> {
  await db.query('update slipway.publications set failure = $2, retry_at = $3 where key = $1', [
    failed.key,
    failed.failure,
    failed.retryAt,
  ]);
}

/** Takes back what Slack certainly has not got; the keys of which that could be done. */
export async function withdrawPublications(
  db: Queryable,
  keys: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await db.query<{ key: string }>(
    `delete from slipway.publications p where key = any ($1) and ts is null and attempted_at is null
       and not exists (select from slipway.publications reply where reply.parent_key = p.key) returning key`,
    [keys],
  );
  return rows.map(({ key }) => key);
}

/** How many publications of one channel a publisher looks at at once. */
const PER_CHANNEL = 50;

/** What a publisher reads and writes, over the whole database. */
export function publicationStore<Content>(db: Queryable) {
  return {
    pending: () => pendingPublications<Content>(db, PER_CHANNEL),
    markAttempt: (key: string, at: Date) => markAttempt(db, key, at),
    unmarkAttempt: (key: string) => unmarkAttempt(db, key),
    recordSent: (sent: Parameters<typeof recordSent>[1]) => recordSent(db, sent),
    recordReaction: (key: string, reaction: string) => recordReaction(db, key, reaction),
    recordFailure: (failed: Parameters<typeof recordFailure>[1]) => recordFailure(db, failed),
  };
}

/** What a message in Slack is about; null when it is none of ours. */
export async function findPublicationKey(
  db: Queryable,
  message: { readonly channelId: string; readonly ts: string },
): Promise<string | null> {
  const { rows } = await db.query<{ key: string }>(
    'select key from slipway.publications where channel_id = $1 and ts = $2',
    [message.channelId, message.ts],
  );
  return rows[0]?.key ?? null;
}

/** True for a publication that was put, whether Slack shows it yet or not. */
export async function isPublished(db: Queryable, key: string): Promise<boolean> {
  const { rowCount } = await db.query('select 1 from slipway.publications where key = $1', [key]);
  return rowCount === 1;
}

/** Where in Slack a publication is; null while it is not posted. */
export async function findMessage(db: Queryable, key: string): Promise<PublishedMessage | null> {
  const { rows } = await db.query<{ channel_id: string; ts: string | null }>(
    'select channel_id, ts from slipway.publications where key = $1',
    [key],
  );
  const row = rows[0];
  return row === undefined || row.ts === null ? null : { key, channelId: row.channel_id, ts: row.ts };
}

interface PendingRow<Content> {
  readonly key: string;
  readonly channel_id: string;
  readonly in_thread: string | null;
  readonly priority: Priority;
  readonly wanted: Content;
  readonly wanted_version: string;
  readonly sent_version: string;
  readonly reactions: readonly string[];
  readonly reactions_added: readonly string[];
  readonly ts: string | null;
  readonly attempted_at: Date | null;
  readonly failure: string | null;
  readonly retry_at: Date | null;
  readonly picture: PendingPicture | null;
}

function toPending<Content>(row: PendingRow<Content>): PendingPublication<Content> {
  return {
    key: row.key,
    channelId: row.channel_id,
    threadTs: row.in_thread,
    priority: row.priority,
    content: row.wanted,
    version: Number(row.wanted_version),
    sentVersion: Number(row.sent_version),
    reactions: row.reactions,
    reactionsAdded: row.reactions_added,
    ts: row.ts,
    attemptedAt: row.attempted_at,
    failure: row.failure,
    retryAt: row.retry_at,
    picture: row.picture,
  };
}
