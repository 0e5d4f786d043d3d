import { z } from 'zod';
import type { ButtonAction, Delivery } from '../domain/delivery.ts';
import type { Origin } from '../domain/request.ts';
import { written } from '../domain/written.ts';
import { type FormMetadata, type FormState, formMetadata, formState } from './render/form.ts';
import { silenceMetadata } from './render/silence-form.ts';

/** What Slack names something by: a user, a channel, a moment, a trigger. Nothing else can be stored or sent back. */
const id = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'not an ID of Slack');

/**
 * What Slack sends, parsed once. Field by field as in
 * https://docs.slack.dev/interactivity/implementing-slash-commands,
 * https://docs.slack.dev/reference/events and https://docs.slack.dev/reference/interaction-payloads.
 */
const commandPayload = z.object({
  team_id: z.string(),
  command: written.pipe(z.string().startsWith('/')),
  text: written.default(''),
  user_id: id,
  channel_id: id,
  trigger_id: id,
  response_url: z.url(),
});

const mentionPayload = z.object({
  team_id: z.string(),
  event_id: id,
  event: z.object({
    user: id,
    text: written,
    channel: id,
    thread_ts: id.optional(),
    bot_id: z.string().optional(),
    edited: z.unknown().optional(),
  }),
});

const reactionPayload = z.object({
  team_id: z.string(),
  event_id: id,
  event: z.object({
    type: z.enum(['reaction_added', 'reaction_removed']),
    user: id,
    reaction: written,
    event_ts: z.string().regex(/^\d+\.\d+$/),
    item_user: z.string().optional(),
    item: z.union([
      z.object({ type: z.literal('message'), channel: id, ts: id }),
      z.object({ type: z.string() }),
    ]),
  }),
});

const team = z.object({ id }).nullish();
const user = z.object({ id, team_id: z.string().optional() });

const buttonPayload = z.object({
  team,
  user,
  trigger_id: id,
  response_url: z.url().optional(),
  channel: z.object({ id }).optional(),
  container: z.object({ message_ts: id.optional(), thread_ts: id.optional() }),
  actions: z.tuple([z.object({ action_id: id, value: z.string().default('') })]),
});

const formPayload = z.object({
  team,
  user,
  view: z.object({
    id,
    hash: id,
    private_metadata: z.string(),
    state: z.object({ values: formState }),
  }),
});

const suggestionPayload = z.object({
  team,
  user,
  value: written,
  view: z.object({ private_metadata: z.string() }),
});

const buttonAction: z.ZodType<ButtonAction> = z.discriminatedUnion('do', [
  z.object({ do: z.literal(['approve', 'reject']), operationId: written, planDigest: written }),
  z.object({ do: z.literal(['cancel', 'stop']), operationId: written }),
  z.object({ do: z.literal('plan-again'), operationId: written }),
  z.object({ do: z.literal('roll-back'), operationId: written }),
  z.object({
    do: z.literal(['acknowledge-alert', 'silence-form', 'end-silence', 'incident-report']),
    groupId: written,
  }),
  z.object({ do: z.literal('silence-alert'), groupId: written, hours: z.int().min(1).max(24) }),
  z.object({
    do: z.literal('roll-back-target'),
    groupId: written,
    service: written,
    environment: written,
  }),
  z.object({ do: z.literal('restore'), operationId: written }),
  z.object({ do: z.literal(['promote', 'abort']), operationId: written }),
]);

/** Something parsed, and the workspace that it comes from. */
export interface Received<T> {
  readonly teamId: string | null;
  readonly value: T;
}

export type CommandDelivery = Extract<Delivery, { kind: 'command' }>;
type MentionDelivery = Extract<Delivery, { kind: 'mention' }>;
type ReactionDelivery = Extract<Delivery, { kind: 'reaction' }>;
type ButtonDelivery = Extract<Delivery, { kind: 'button' }>;

/** A slash command. Throws a ZodError for anything else, as all of these do. */
export function readCommand(body: unknown): Received<CommandDelivery> {
  const its = commandPayload.parse(body);
  return {
    teamId: its.team_id,
    value: {
      kind: 'command',
      id: `cmd:${its.trigger_id}`,
      command: its.command.slice(1),
      text: its.text,
      origin: {
        userId: its.user_id,
        channelId: its.channel_id,
        responseUrl: its.response_url,
        triggerId: its.trigger_id,
      },
    },
  };
}

/**
 * A mention of the bot: the text behind it, as it was typed. Null for what bots say, and for edits: a
 * message asks once.
 */
export function readMention(body: unknown, botUserId: string): Received<MentionDelivery | null> {
  const { team_id: teamId, event_id, event } = mentionPayload.parse(body);
  if (event.bot_id !== undefined || event.edited !== undefined) return { teamId, value: null };
  const { thread_ts: threadTs } = event;
  const origin: Origin = {
    userId: event.user,
    channelId: event.channel,
    ...(threadTs === undefined ? {} : { threadTs }),
  };
  const value = {
    kind: 'mention',
    id: `evt:${event_id}`,
    text: spoken(event.text, botUserId),
    origin,
  } as const;
  return { teamId, value };
}

/** A reaction on a message of the bot; null for all others. Skin tones mean nothing. */
export function readReaction(body: unknown, botUserId: string): Received<ReactionDelivery | null> {
  const { team_id: teamId, event_id, event } = reactionPayload.parse(body);
  const { item } = event;
  const isOurs = event.item_user === undefined || event.item_user === botUserId;
  if (!('ts' in item) || !isOurs || event.user === botUserId) return { teamId, value: null };
  const value = {
    kind: 'reaction',
    id: `evt:${event_id}`,
    change: event.type === 'reaction_added' ? 'added' : 'removed',
    reaction: withoutSkinTone(event.reaction),
    userId: event.user,
    channelId: item.channel,
    messageTs: item.ts,
    at: Math.round(Number(event.event_ts) * 1_000),
  } as const;
  return { teamId, value };
}

/** `+1::skin-tone-3` is `+1`. */
export function withoutSkinTone(reaction: string): string {
  return reaction.replace(/::skin-tone-\d$/, '');
}

/** A click on a button of ours. */
export function readButton(body: unknown, now: number): Received<ButtonDelivery> {
  const its = buttonPayload.parse(body);
  const [{ action_id, value }] = its.actions;
  const { message_ts: messageTs, thread_ts: threadTs } = its.container;
  return {
    teamId: its.team?.id ?? its.user.team_id ?? null,
    value: {
      kind: 'button',
      id: `act:${its.trigger_id}:${action_id}`,
      action: buttonAction.parse(parseJson(value)),
      messageTs: messageTs ?? null,
      at: now,
      origin: {
        userId: its.user.id,
        channelId: its.channel?.id ?? '',
        triggerId: its.trigger_id,
        ...(threadTs === undefined ? {} : { threadTs }),
        ...(its.response_url === undefined ? {} : { responseUrl: its.response_url }),
      },
    },
  };
}

/** The form as somebody has filled it in, before its values are looked at. */
export interface FilledForm {
  readonly viewId: string;
  readonly hash: string;
  readonly state: FormState;
  readonly metadata: FormMetadata;
  readonly origin: Origin;
}

/** The form, submitted or with something newly chosen in it. */
export function readFilledForm(body: unknown): Received<FilledForm> {
  const { team: its, user: by, view } = formPayload.parse(body);
  const metadata = formMetadata.parse(parseJson(view.private_metadata));
  const value = {
    viewId: view.id,
    hash: view.hash,
    state: view.state.values,
    metadata,
    origin: originOf(by.id, metadata),
  };
  return { teamId: its?.id ?? by.team_id ?? null, value };
}

/** The form of a silence as somebody has filled it in. */
export interface FilledSilence {
  readonly viewId: string;
  readonly hash: string;
  readonly state: FormState;
  readonly groupId: string;
  readonly origin: Origin;
}

export function readFilledSilence(body: unknown): Received<FilledSilence> {
  const { team: its, user: by, view } = formPayload.parse(body);
  const { groupId, ...metadata } = silenceMetadata.parse(parseJson(view.private_metadata));
  const origin = originOf(by.id, { ...metadata, service: null, environment: null });
  const value = { viewId: view.id, hash: view.hash, state: view.state.values, groupId, origin };
  return { teamId: its?.id ?? by.team_id ?? null, value };
}

/** What somebody is typing into the version field, and what else is chosen in the form. */
export interface Typing {
  readonly typed: string;
  readonly metadata: FormMetadata;
}

export function readTyping(body: unknown): Received<Typing> {
  const { team: its, user: by, value, view } = suggestionPayload.parse(body);
  const metadata = formMetadata.parse(parseJson(view.private_metadata));
  return { teamId: its?.id ?? by.team_id ?? null, value: { typed: value, metadata } };
}

function originOf(userId: string, { channelId, threadTs, responseUrl }: FormMetadata): Origin {
  return {
    userId,
    channelId,
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(responseUrl === undefined ? {} : { responseUrl }),
  };
}

/** The text behind the first mention of the bot, links and entities as they were typed. */
function spoken(text: string, botUserId: string): string {
  const mention = new RegExp(`<@${botUserId}(\\|[^>]*)?>`);
  const [, behind = text] = splitAt(text, mention);
  return behind
    .replace(/<(?:https?:\/\/|mailto:)([^|>]*)(?:\|([^>]*))?>/g, (_link, address, label) => label ?? address)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();
}

function splitAt(text: string, mark: RegExp): readonly string[] {
  const found = mark.exec(text);
  return found === null ? [text] : [text.slice(0, found.index), text.slice(found.index + found[0].length)];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
