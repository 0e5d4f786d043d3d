import {
  type ConversationsHistoryResponse,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  type WebClient,
} from '@slack/web-api';
import type { PendingPublication } from '../store/publications.ts';
import type { MessageContent } from './content.ts';

/** The Web API methods that the publisher uses. */
export interface PublishingClient {
  readonly chat: Pick<WebClient['chat'], 'postMessage' | 'update' | 'postEphemeral'>;
  readonly reactions: Pick<WebClient['reactions'], 'add'>;
  readonly conversations: Pick<WebClient['conversations'], 'history' | 'replies'>;
  readonly files: Pick<WebClient['files'], 'getUploadURLExternal' | 'completeUploadExternal'>;
}

export type Pending = PendingPublication<MessageContent>;

/** How a call ended. */
export type CallResult<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** Too many calls: none was made, and none may be for so many milliseconds. */
  | { readonly kind: 'limited'; readonly retryAfter: number }
  /** Slack understood and will not do it; the same call again would end the same. */
  | { readonly kind: 'refused'; readonly error: string }
  /** Slack did not answer, or answered that it is in trouble: it may have done it or not. */
  | { readonly kind: 'unsure'; readonly error: string };

/** Slack's own troubles, which pass. */
const PASSING_ERRORS = [
  'accesslimited',
  'fatal_error',
  'internal_error',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
];

const EVENT_TYPE = 'slipway';
/** How far from our own clock's attempt a message may be by Slack's clock, in milliseconds. */
const ATTEMPT_WINDOW = 600_000;
const PAGE = 200;
const MOST_PAGES = 20;

/** Posts a message that bears its publication's key, and returns its ts. */
export async function postMessage(
  client: PublishingClient,
  publication: Pending,
): Promise<CallResult<string>> {
  const { channelId, content, key, threadTs } = publication;
  return outcomeOf(async () => {
    const { ts } = await client.chat.postMessage({
      channel: channelId,
      ...bodyOf(content),
      ...(threadTs === null ? {} : { thread_ts: threadTs }),
      metadata: { event_type: EVENT_TYPE, event_payload: { key } },
      unfurl_links: false,
      unfurl_media: false,
    });
    if (ts === undefined) throw new Error('chat.postMessage answered without a ts');
    return ts;
  });
}

/** Makes a message read as the publication does now. */
export async function updateMessage(
  client: PublishingClient,
  publication: Pending,
  ts: string,
): Promise<CallResult<string>> {
  return outcomeOf(async () => {
    await client.chat.update({ channel: publication.channelId, ts, ...bodyOf(publication.content) });
    return ts;
  });
}

/** Adds the bot's own reaction; that it is there already is as good. */
export async function addReaction(
  client: PublishingClient,
  message: { readonly channelId: string; readonly ts: string },
  reaction: string,
): Promise<CallResult<string>> {
  const result = await outcomeOf(async () => {
    await client.reactions.add({ channel: message.channelId, timestamp: message.ts, name: reaction });
    return reaction;
  });
  const isThere = result.kind === 'refused' && result.error.startsWith('already_reacted');
  return isThere ? { kind: 'done', value: reaction } : result;
}

/** Looks for a message that was attempted and never confirmed; null if Slack has not got it. */
export async function findMessage(
  client: PublishingClient,
  publication: Pending,
  botUserId: string,
): Promise<CallResult<string | null>> {
  return outcomeOf(async () => {
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const { messages, response_metadata } = await readPage(client, publication, cursor);
      const found = messages?.find(
        (message) => message.user === botUserId && isMessageOf(message, publication),
      );
      if (found?.ts !== undefined) return found.ts;
      cursor = response_metadata?.next_cursor;
      if (cursor === undefined || cursor === '') return null;
    }
    throw new Error(`no end of messages while looking for ${publication.key}`);
  });
}

type Found = NonNullable<ConversationsHistoryResponse['messages']>[number];

function isMessageOf({ files = [], metadata }: Found, { key, picture }: Pending): boolean {
  if (picture !== null) {
    const uploads = [picture.fileId, ...picture.pastFileIds];
    return files.some(({ id }) => id !== undefined && uploads.includes(id));
  }
  return metadata?.event_type === EVENT_TYPE && keyOf(metadata.event_payload) === key;
}

/** What Slack said to a call, told apart by what is to be done next. */
export async function outcomeOf<T>(call: () => Promise<T>): Promise<CallResult<T>> {
  try {
    return { kind: 'done', value: await call() };
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): Exclude<CallResult<never>, { kind: 'done' }> {
  if (error instanceof WebAPIRateLimitedError) {
    return { kind: 'limited', retryAfter: Math.max(1, error.retryAfter) * 1000 };
  }
  if (error instanceof WebAPIPlatformError) {
    const { error: word } = error.data;
    if (word === 'ratelimited' || word === 'rate_limited') return { kind: 'limited', retryAfter: 1000 };
    return { kind: PASSING_ERRORS.includes(word) ? 'unsure' : 'refused', error: describe(error) };
  }
  if (error instanceof WebAPIHTTPError && error.statusCode < 500) {
    return { kind: 'refused', error: `http_${error.statusCode}` };
  }
  return { kind: 'unsure', error: error instanceof Error ? error.message : String(error) };
}

/** Slack's word, with what it says about the arguments: `invalid_blocks: … [json-pointer:/blocks/1]`. */
function describe({ data }: WebAPIPlatformError): string {
  const messages = data.response_metadata?.messages ?? [];
  return messages.length === 0 ? data.error : `${data.error}: ${messages.join('; ')}`;
}

function readPage(
  client: PublishingClient,
  { channelId, threadTs, attemptedAt }: Pending,
  cursor: string | undefined,
): Promise<Pick<ConversationsHistoryResponse, 'messages' | 'response_metadata'>> {
  const attempted = attemptedAt?.getTime() ?? 0;
  const page = {
    channel: channelId,
    oldest: (Math.max(0, attempted - ATTEMPT_WINDOW) / 1000).toFixed(6),
    latest: ((attempted + ATTEMPT_WINDOW) / 1000).toFixed(6),
    include_all_metadata: true,
    limit: PAGE,
    ...(cursor === undefined ? {} : { cursor }),
  };
  return threadTs === null
    ? client.conversations.history(page)
    : client.conversations.replies({ ...page, ts: threadTs });
}

function keyOf(payload: object | undefined): unknown {
  return payload !== undefined && 'key' in payload ? payload.key : undefined;
}

function bodyOf({ text, blocks, stripe }: MessageContent) {
  const attachments =
    stripe === undefined ? [] : [{ color: stripe.color, blocks: [...stripe.blocks], fallback: text }];
  return { text, blocks: [...blocks], attachments, parse: 'none', link_names: false } as const;
}
