import { z } from 'zod';
import type { Caller } from './callers.ts';
import { findVisible } from './conversations.ts';
import type { Channel, Message, Payload, StoredView } from './entities.ts';
import { messageJson } from './message-json.ts';
import { type Refusal, refuse } from './refusal.ts';
import { issueResponseUrl } from './response-urls.ts';
import { viewJson } from './views.ts';
import type { Workspace } from './workspace.ts';

/** Where a person acted: on a message they see, or in a view on their screen. */
export type Surface =
  | { readonly kind: 'message'; readonly channel: Channel; readonly message: Message }
  | { readonly kind: 'view'; readonly view: StoredView };

export interface SurfaceReference {
  readonly channel?: string | undefined;
  readonly message_ts?: string | undefined;
  readonly view_id?: string | undefined;
}

/** What a person names by a view's ID, or by a channel and a message. */
export function findSurface(
  workspace: Workspace,
  caller: Caller,
  reference: SurfaceReference,
): Surface | Refusal {
  const { channel: channelId = '', message_ts: ts = '', view_id } = reference;
  if (view_id !== undefined) {
    const view = workspace.store.views.get(view_id);
    return view?.user === caller.userId ? { kind: 'view', view } : refuse('view_not_found');
  }
  const channel = workspace.store.channels.get(channelId);
  if (channel === undefined) return refuse('channel_not_found');
  if (!channel.members.includes(caller.userId)) return refuse('not_in_channel');
  const message = findVisible(workspace, caller, { channel: channelId, ts });
  return message === undefined ? refuse('message_not_found') : { kind: 'message', channel, message };
}

/** The parts of an interaction's payload that say who did it, and where. */
export function interactionBase(workspace: Workspace, caller: Caller): Payload {
  const { team, app } = workspace.seed;
  const name = workspace.store.users.get(caller.userId)?.name ?? '';
  return {
    team: { id: team.id, domain: team.domain },
    user: { id: caller.userId, username: name, name, team_id: team.id },
    api_app_id: app.app_id,
    token: app.verification_token,
    enterprise: null,
    is_enterprise_install: false,
  };
}

/** The parts that say on what: the message with its `response_url`, or the view. */
export function surfaceParts(workspace: Workspace, caller: Caller, surface: Surface): Payload {
  if (surface.kind === 'view') {
    const view = viewJson(workspace, surface.view);
    return { container: { type: 'view', view_id: surface.view.id }, view };
  }
  const { channel, message } = surface;
  const ephemeral = message.addressee !== null;
  const container = {
    type: 'message',
    message_ts: message.ts,
    channel_id: channel.id,
    is_ephemeral: ephemeral,
    ...(message.thread_ts === null ? {} : { thread_ts: message.thread_ts }),
  };
  const original = { ts: message.ts, ephemeral };
  const { thread_ts } = message;
  const place = { channel: channel.id, user: caller.userId, thread_ts, original };
  return {
    container,
    channel: { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name },
    ...(ephemeral ? {} : { message: messageJson(workspace, message, true) }),
    state: { values: {} },
    response_url: issueResponseUrl(workspace, place),
  };
}

const elementSchema = z.looseObject({ type: z.string(), action_id: z.string() });
export type Element = z.infer<typeof elementSchema>;

/** The interactive element of that name on the surface. */
export function findElement(surface: Surface, blockId: string, actionId: string): Element | undefined {
  const shown = surface.kind === 'view' ? surface.view : surface.message;
  const attached = 'attachments' in shown ? shown.attachments.flatMap(blocksOf) : [];
  const block = [...shown.blocks, ...attached].find(({ block_id }) => block_id === blockId);
  if (block === undefined) return undefined;
  const candidates = [
    block.accessory,
    block.element,
    ...(Array.isArray(block.elements) ? block.elements : []),
  ];
  return candidates
    .flatMap((candidate) => elementSchema.safeParse(candidate).data ?? [])
    .find(({ action_id }) => action_id === actionId);
}

function blocksOf(attachment: Payload): readonly Payload[] {
  return z.array(z.record(z.string(), z.unknown())).safeParse(attachment.blocks).data ?? [];
}

const optionSchema = z.object({ value: z.string() });
const listsSchema = z.object({
  options: z.array(z.looseObject({ value: z.string() })).optional(),
  option_groups: z.array(z.object({ options: z.array(z.looseObject({ value: z.string() })) })).optional(),
});

/**
 * What a person chose, as far as Slack's client lets them: a listed option, or for a button the button's own
 * value. Null when the element offers no such thing.
 */
export function chosenValue(element: Element, given: Payload): Payload | null {
  if (element.type === 'button') return element.value === undefined ? {} : { value: element.value };
  const chosen = pick(given, CHOICES[element.type] ?? ['value']);
  if (!isListed(element, chosen.selected_option)) return null;
  const several = Array.isArray(chosen.selected_options) ? chosen.selected_options : [];
  return several.every((option) => isListed(element, option)) ? chosen : null;
}

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  static_select: ['selected_option'],
  external_select: ['selected_option'],
  radio_buttons: ['selected_option'],
  overflow: ['selected_option'],
  checkboxes: ['selected_options'],
  multi_static_select: ['selected_options'],
  multi_external_select: ['selected_options'],
  users_select: ['selected_user'],
  multi_users_select: ['selected_users'],
  channels_select: ['selected_channel'],
  multi_channels_select: ['selected_channels'],
  conversations_select: ['selected_conversation'],
  multi_conversations_select: ['selected_conversations'],
  datepicker: ['selected_date'],
  timepicker: ['selected_time'],
  datetimepicker: ['selected_date_time'],
};

/** Whether an element holds something a person entered. */
export function isFilled(element: Element, value: Payload | undefined): boolean {
  const entered = value?.[(CHOICES[element.type] ?? ['value'])[0] ?? 'value'];
  return Array.isArray(entered)
    ? entered.length > 0
    : entered !== undefined && entered !== null && entered !== '';
}

function pick(given: Payload, names: readonly string[]): Payload {
  return Object.fromEntries(names.map((name) => [name, given[name] ?? null]));
}

function isListed(element: Element, option: unknown): boolean {
  const { data: lists } = listsSchema.safeParse(element);
  const listed = lists?.options ?? lists?.option_groups?.flatMap(({ options }) => options);
  if (option === undefined || option === null || listed === undefined) return true;
  const value = optionSchema.safeParse(option).data?.value;
  return listed.some((offered) => offered.value === value);
}
