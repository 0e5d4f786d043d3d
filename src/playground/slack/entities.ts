import { z } from 'zod';

/**
 * What a workspace is made of, as it is journalled. Names and shapes follow Slack's own objects where it
 * has them; what people are shown of a message is made in `message-json.ts`.
 */

/** An object of Slack's that the workspace keeps and hands on without looking inside. */
export const payloadSchema = z.record(z.string(), z.unknown());
export type Payload = Readonly<Record<string, unknown>>;

const payloads = z.array(payloadSchema).readonly();
const names = z.array(z.string()).readonly();

export const userSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    real_name: z.string(),
    email: z.string().nullable(),
    token: z.string().nullable(),
    roles: names,
    is_bot: z.boolean(),
    is_admin: z.boolean(),
    /** A guest: `is_restricted` in Slack's words. */
    is_restricted: z.boolean(),
    /** A guest of one channel. */
    is_ultra_restricted: z.boolean(),
    /** Deactivated. */
    deleted: z.boolean(),
  })
  .readonly();
export type User = z.infer<typeof userSchema>;

export const channelSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    topic: z.string(),
    kind: z.enum(['public', 'private', 'im']),
    is_archived: z.boolean(),
    creator: z.string(),
    /** Seconds since 1970. */
    created: z.number(),
    members: names,
    /** User ID → ts of the last message that they have read. */
    read: z.record(z.string(), z.string()).readonly(),
  })
  .readonly();
export type Channel = z.infer<typeof channelSchema>;

const reactionSchema = z.object({ name: z.string(), users: names }).readonly();
export type Reaction = z.infer<typeof reactionSchema>;

export const messageSchema = z
  .object({
    channel: z.string(),
    ts: z.string(),
    thread_ts: z.string().nullable(),
    user: z.string(),
    /** Set when the app wrote it. */
    bot_id: z.string().nullable(),
    subtype: z.string().nullable(),
    text: z.string(),
    blocks: payloads,
    attachments: payloads,
    metadata: payloadSchema.nullable(),
    reactions: z.array(reactionSchema).readonly(),
    edited: z.object({ user: z.string(), ts: z.string() }).nullable(),
    /** IDs. */
    files: names,
    /** The one person who sees it, if it is ephemeral. */
    addressee: z.string().nullable(),
  })
  .readonly();
export type Message = z.infer<typeof messageSchema>;

export const fileSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    title: z.string(),
    alt_text: z.string(),
    user: z.string(),
    /** Seconds since 1970. */
    created: z.number(),
    size: z.number(),
    /** Base64; null until the bytes were uploaded. */
    content: z.string().nullable(),
    /** Where it was shared: channel IDs. Empty until the upload was completed. */
    channels: names,
  })
  .readonly();
export type StoredFile = z.infer<typeof fileSchema>;

export const viewSchema = z
  .object({
    id: z.string(),
    type: z.enum(['modal', 'home']),
    /** Whose screen it is on. */
    user: z.string(),
    hash: z.string(),
    root_view_id: z.string(),
    previous_view_id: z.string().nullable(),
    title: payloadSchema.nullable(),
    submit: payloadSchema.nullable(),
    close: payloadSchema.nullable(),
    blocks: payloads,
    private_metadata: z.string(),
    callback_id: z.string(),
    external_id: z.string(),
    clear_on_close: z.boolean(),
    notify_on_close: z.boolean(),
    /** block_id → action_id → value. */
    values: z.record(z.string(), z.record(z.string(), payloadSchema)),
  })
  .readonly();
export type StoredView = z.infer<typeof viewSchema>;

export const userGroupSchema = z
  .object({ id: z.string(), handle: z.string(), name: z.string(), users: names })
  .readonly();
export type UserGroup = z.infer<typeof userGroupSchema>;

export const responseUrlSchema = z
  .object({
    id: z.string(),
    channel: z.string(),
    user: z.string(),
    thread_ts: z.string().nullable(),
    /** The message that `replace_original` and `delete_original` mean. */
    original: z.object({ ts: z.string(), ephemeral: z.boolean() }).nullable(),
    uses: z.number(),
    /** Milliseconds since 1970. */
    expires: z.number(),
  })
  .readonly();
export type ResponseUrl = z.infer<typeof responseUrlSchema>;

/** An event that the app has not acknowledged yet. */
export const pendingEventSchema = z
  .object({
    id: z.string(),
    payload: payloadSchema,
    /** How often it was delivered. */
    attempts: z.number(),
    /** Why the last delivery did not count. */
    reason: z.string().nullable(),
    /** When to try again: milliseconds since 1970. */
    due: z.number(),
  })
  .readonly();
export type PendingEvent = z.infer<typeof pendingEventSchema>;

/** How the app is reached: through its own WebSockets, or by requests to its URL. */
export const deliverySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('socket') }).readonly(),
  z.object({ kind: z.literal('http'), url: z.url() }).readonly(),
]);
export type DeliverySetting = z.infer<typeof deliverySchema>;
