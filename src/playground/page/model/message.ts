/** @module A message as the page shows it, read from Slack's message JSON. */
import { type Block, readBlocks } from '../blocks/block.ts';
import { type Json, number, record, records, text, texts } from '../json.ts';
import { safeHref } from '../text/links.ts';
import { parseInline, parseMrkdwn } from '../text/mrkdwn.ts';
import type { Inline, Part } from '../text/tree.ts';

export interface Reaction {
  readonly name: string;
  readonly users: readonly string[];
}

export interface MessageFile {
  readonly id: string;
  readonly title: string;
  readonly address: string;
  readonly alt: string;
  readonly isImage: boolean;
}

export interface AttachmentField {
  readonly title: string;
  readonly value: readonly Part[];
  readonly short: boolean;
}

/** A secondary attachment; `color` is a CSS colour. */
export interface Attachment {
  readonly color: string;
  readonly pretext: readonly Part[];
  readonly author: string;
  readonly title: readonly Inline[];
  readonly titleLink: string | undefined;
  readonly text: readonly Part[];
  readonly fields: readonly AttachmentField[];
  readonly blocks: readonly Block[];
  readonly imageUrl: string;
  readonly footer: readonly Inline[];
  readonly fallback: string;
}

export interface Message {
  readonly ts: string;
  /** The thread it belongs to; of a thread's first message its own ts; '' outside threads. */
  readonly threadTs: string;
  /** The person or the bot's user; '' if only `name` is known. */
  readonly user: string;
  readonly name: string;
  readonly isBot: boolean;
  readonly isEphemeral: boolean;
  /** A reply that is shown in the channel, too. */
  readonly isBroadcast: boolean;
  readonly isEdited: boolean;
  readonly text: readonly Part[];
  readonly blocks: readonly Block[];
  readonly attachments: readonly Attachment[];
  readonly files: readonly MessageFile[];
  readonly reactions: readonly Reaction[];
  readonly replyCount: number;
  /** ts of the newest reply counted in `replyCount`; '' if there is none. */
  readonly latestReply: string;
  readonly replyUsers: readonly string[];
  /** IDs of the people and user groups that its text, blocks or attachments name. */
  readonly mentions: readonly string[];
}

const NAMED_COLORS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    good: 'var(--good)',
    warning: 'var(--warn)',
    danger: 'var(--bad)',
  }),
);

/** Slack's message JSON, from an event or from conversations.history. */
export function readMessage(json: unknown): Message {
  const raw = record(json);
  return {
    ts: text(raw.ts),
    threadTs: text(raw.thread_ts),
    user: text(raw.user),
    name: text(raw.username) || text(record(raw.bot_profile).name),
    isBot: text(raw.bot_id) !== '',
    isEphemeral: raw.is_ephemeral === true,
    isBroadcast: raw.subtype === 'thread_broadcast',
    isEdited: raw.edited !== undefined,
    ...readContent(raw),
    reactions: records(raw.reactions).map(readReaction),
    replyCount: number(raw.reply_count),
    latestReply: text(raw.latest_reply),
    replyUsers: texts(raw.reply_users),
    mentions: readMentions(raw),
  };
}

function readContent(raw: Json): Pick<Message, 'text' | 'blocks' | 'attachments' | 'files'> {
  return {
    text: parseMrkdwn(text(raw.text)),
    blocks: readBlocks(raw.blocks),
    attachments: records(raw.attachments).map(readAttachment),
    files: records(raw.files).map(readFile),
  };
}

function readReaction(reaction: Json): Reaction {
  return { name: text(reaction.name), users: texts(reaction.users) };
}

function readFile(file: Json): MessageFile {
  return {
    id: text(file.id),
    title: text(file.title) || text(file.name) || 'File',
    address: text(file.url_private) || text(file.permalink),
    alt: text(file.alt_txt) || text(file.title) || text(file.name),
    isImage: text(file.mimetype).startsWith('image/'),
  };
}

function readAttachment(raw: Json): Attachment {
  return {
    color: readColor(text(raw.color)),
    pretext: parseMrkdwn(text(raw.pretext)),
    author: text(raw.author_name),
    title: parseInline(text(raw.title)),
    titleLink: safeHref(text(raw.title_link)),
    text: parseMrkdwn(text(raw.text)),
    fields: records(raw.fields).map((field) => ({
      title: text(field.title),
      value: parseMrkdwn(text(field.value)),
      short: field.short === true,
    })),
    blocks: readBlocks(raw.blocks),
    imageUrl: text(raw.image_url),
    footer: parseInline(text(raw.footer)),
    fallback: text(raw.fallback),
  };
}

/** Slack's colour names and six hexadecimal digits; anything else is grey, since it ends up in a style. */
function readColor(color: string): string {
  const named = NAMED_COLORS.get(color);
  if (named !== undefined) return named;
  return /^#?[0-9a-f]{6}$/i.test(color) ? `#${color.replace('#', '')}` : 'var(--line-strong)';
}

function readMentions(raw: Json): readonly string[] {
  const words = JSON.stringify([raw.text, raw.blocks, raw.attachments]);
  const found = words.matchAll(/<(?:@|!subteam\^)([A-Z0-9]+)|"user(?:group)?_id":"([A-Z0-9]+)"/g);
  return [...new Set([...found].map((match) => match[1] ?? match[2] ?? ''))];
}
