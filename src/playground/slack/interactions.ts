import { z } from 'zod';
import type { Caller } from './callers.ts';
import { findVisible } from './conversations.ts';
import { type Element, elementsOf } from './elements.ts';
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

/** The interactive element of that name on the surface. */
export function findElement(surface: Surface, blockId: string, actionId: string): Element | undefined {
  const shown = surface.kind === 'view' ? surface.view : surface.message;
  const attached = 'attachments' in shown ? shown.attachments.flatMap(blocksOf) : [];
  const block = [...shown.blocks, ...attached].find(({ block_id }) => block_id === blockId);
  if (block === undefined) return undefined;
  return elementsOf(block).find(({ action_id }) => action_id === actionId);
}

function blocksOf(attachment: Payload): readonly Payload[] {
  return z.array(z.record(z.string(), z.unknown())).safeParse(attachment.blocks).data ?? [];
}
