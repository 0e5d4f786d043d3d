import type { Queryable } from './database.ts';
import { PUBLICATIONS_CHANNEL, type Publication } from './publications.ts';

/** A picture as people are to have it. */
export interface Picture {
  readonly filename: string;
  readonly title: string;
  /** What it shows, for those who do not see it; Slack takes 1,000 characters. */
  readonly alt: string;
  readonly png: Uint8Array;
}

/** A picture with what is said beside it. Slack shows the text of its content and nothing else of it. */
export interface PicturePublication<Content> extends Omit<Publication<Content>, 'reactions'> {
  readonly picture: Picture;
}

/** A picture that Slack does not show yet, and how far it has come. */
export interface PendingPicture extends Omit<Picture, 'png'> {
  /** The uploaded file; null until there is one that can be shared. */
  readonly fileId: string | null;
  /** Files that could not be shared afterwards. */
  readonly pastFileIds: readonly string[];
}

/**
 * Says that Slack is to show a picture, once. It stays what was put first: the same key again changes
 * nothing. Within a transaction it takes effect when that is committed.
 */
export async function putPicture<Content>(
  db: Queryable,
  publication: PicturePublication<Content>,
): Promise<void> {
  const { key, channelId, thread, priority, content, picture } = publication;
  await db.query(
    `with put as (
       insert into slipway.publications (key, channel_id, thread_ts, parent_key, priority, wanted)
       values ($1, $2, $3, $4, $5, $6) on conflict (key) do nothing returning key
     ), drawn as (
       insert into slipway.pictures (key, filename, title, alt, png) select key, $7, $8, $9, $10 from put)
     select pg_notify('${PUBLICATIONS_CHANNEL}', key) from put`,
    [
      key,
      channelId,
      thread?.kind === 'message' ? thread.ts : null,
      thread?.kind === 'publication' ? thread.key : null,
      priority,
      JSON.stringify(content),
      picture.filename,
      picture.title,
      picture.alt,
      Buffer.from(picture.png),
    ],
  );
}

/** The bytes of a picture that Slack does not show yet; null once they are forgotten. */
export async function readPicture(db: Queryable, key: string): Promise<Uint8Array | null> {
  const { rows } = await db.query<{ png: Buffer | null }>('select png from slipway.pictures where key = $1', [
    key,
  ]);
  return rows[0]?.png ?? null;
}

/** Says which file at Slack holds the picture's bytes. */
export async function recordUpload(db: Queryable, key: string, fileId: string): Promise<void> {
  await db.query('update slipway.pictures set file_id = $2 where key = $1', [key, fileId]);
}

/** Says that the uploaded file cannot be shared, so that another is needed. */
export async function discardUpload(db: Queryable, key: string): Promise<void> {
  await db.query(
    `update slipway.pictures set past_file_ids = array_append(past_file_ids, file_id), file_id = null
     where key = $1 and file_id is not null`,
    [key],
  );
}

/** Says that Slack shows the picture: its bytes are needed no longer. */
export async function forgetPicture(db: Queryable, key: string): Promise<void> {
  await db.query('update slipway.pictures set png = null where key = $1', [key]);
}

/** What a publisher reads and writes of pictures. */
export function pictureStore(db: Queryable) {
  return {
    readPicture: (key: string) => readPicture(db, key),
    recordUpload: (key: string, fileId: string) => recordUpload(db, key, fileId),
    discardUpload: (key: string) => discardUpload(db, key),
    forgetPicture: (key: string) => forgetPicture(db, key),
  };
}
