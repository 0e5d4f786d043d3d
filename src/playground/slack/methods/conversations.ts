import { z } from 'zod';
import type { Caller } from '../callers.ts';
import {
  channelJson,
  findChannel,
  findJoinedChannel,
  findMessage,
  join as joinChannel,
  openDirect,
} from '../conversations.ts';
import type { Message } from '../entities.ts';
import { messageJson } from '../message-json.ts';
import { isRefusal, refuse } from '../refusal.ts';
import type { Workspace } from '../workspace.ts';
import { type Call, flag, method, type Reply } from './method.ts';
import { page, pageArguments } from './page.ts';

const KINDS = { public_channel: 'public', private_channel: 'private', im: 'im', mpim: 'mpim' } as const;

export const list = method(
  z.object({
    ...pageArguments,
    types: z.string().default('public_channel'),
    exclude_archived: flag.default(false),
  }),
  ({ workspace, caller, args }) => {
    const wanted = args.types.split(',').map((type) => type.trim());
    const kinds = Object.entries(KINDS).flatMap(([type, kind]) => (wanted.includes(type) ? [kind] : []));
    if (kinds.length !== wanted.length) return refuse('invalid_types');
    const known = workspace.store.channels
      .all()
      .filter(({ kind }) => kinds.includes(kind))
      .filter(({ kind, members }) => kind === 'public' || members.includes(caller.userId))
      .filter(({ is_archived }) => !(args.exclude_archived && is_archived));
    const found = page(known, args);
    if (isRefusal(found)) return found;
    const channels = found.items.map((channel) => channelJson(workspace, caller, channel));
    return { ok: true, channels, response_metadata: { next_cursor: found.next_cursor } };
  },
);

export const info = method(z.object({ channel: z.string() }), ({ workspace, caller, args }) => {
  const channel = findChannel(workspace, caller, args.channel);
  return isRefusal(channel) ? channel : { ok: true, channel: channelJson(workspace, caller, channel) };
});

export const members = method(
  z.object({ channel: z.string(), ...pageArguments }),
  ({ workspace, caller, args }) => {
    const channel = findChannel(workspace, caller, args.channel);
    if (isRefusal(channel)) return channel;
    const found = page(channel.members, args);
    if (isRefusal(found)) return found;
    return { ok: true, members: found.items, response_metadata: { next_cursor: found.next_cursor } };
  },
);

export const join = method(z.object({ channel: z.string() }), ({ workspace, caller, args }) => {
  const channel = findChannel(workspace, caller, args.channel);
  if (isRefusal(channel)) return channel;
  if (channel.kind !== 'public') return refuse('method_not_supported_for_channel_type');
  if (channel.is_archived) return refuse('is_archived');
  return { ok: true, channel: channelJson(workspace, caller, joinChannel(workspace, caller, channel)) };
});

export const open = method(
  z.object({ users: z.string().optional(), channel: z.string().optional(), return_im: flag.default(false) }),
  ({ workspace, caller, args }) => {
    const others = args.users?.split(',') ?? [];
    const [other] = others;
    if (other === undefined || others.length > 1 || other === caller.userId) return refuse('users_not_found');
    const channel = openDirect(workspace, caller, other);
    if (isRefusal(channel)) return channel;
    const shown = args.return_im ? channelJson(workspace, caller, channel) : { id: channel.id };
    return { ok: true, channel: shown };
  },
);

const windowArguments = {
  channel: z.string(),
  ...pageArguments,
  oldest: z.string().default('0'),
  latest: z.string().default(''),
  inclusive: flag.default(false),
  include_all_metadata: flag.default(false),
};

type Window = z.output<z.ZodObject<typeof windowArguments>>;

export const history = method(z.object(windowArguments), (call) => {
  const { workspace, caller, args } = call;
  const channel = findJoinedChannel(workspace, caller, args.channel);
  if (isRefusal(channel)) return channel;
  const shown = visible(workspace, caller, channel.id)
    .filter(({ thread_ts, subtype }) => thread_ts === null || subtype === 'thread_broadcast')
    .filter(within(args))
    .reverse();
  return messages(call, shown);
});

export const replies = method(z.object({ ...windowArguments, ts: z.string() }), (call) => {
  const { workspace, caller, args } = call;
  const channel = findJoinedChannel(workspace, caller, args.channel);
  if (isRefusal(channel)) return channel;
  const asked = findMessage(workspace, channel, args.ts);
  const first = asked?.thread_ts ? findMessage(workspace, channel, asked.thread_ts) : asked;
  if (first === undefined) return refuse('thread_not_found');
  const thread = visible(workspace, caller, channel.id).filter(({ thread_ts }) => thread_ts === first.ts);
  return messages(call, [first, ...thread.filter(within(args))]);
});

export const mark = method(
  z.object({ channel: z.string(), ts: z.string() }),
  ({ workspace, caller, args }) => {
    const channel = findJoinedChannel(workspace, caller, args.channel);
    if (isRefusal(channel)) return channel;
    const read = { ...channel.read, [caller.userId]: args.ts };
    workspace.store.channels.put(channel.id, { ...channel, read });
    return { ok: true };
  },
);

/** What the caller sees in a channel, oldest first: everyone's messages and a person's own ephemerals. */
function visible(workspace: Workspace, caller: Caller, channel: string): readonly Message[] {
  const { messages, ephemerals } = workspace.store;
  const own = caller.kind === 'user' ? ephemerals.all() : [];
  return [...messages.all(), ...own.filter(({ addressee }) => addressee === caller.userId)]
    .filter((message) => message.channel === channel)
    .sort((one, other) => Number(one.ts) - Number(other.ts));
}

function within({ oldest, latest, inclusive }: Window): (message: Message) => boolean {
  const from = Number(oldest);
  const to = latest === '' ? Number.POSITIVE_INFINITY : Number(latest);
  return ({ ts }) => {
    const at = Number(ts);
    return inclusive ? at >= from && at <= to : at > from && at < to;
  };
}

function messages({ workspace, args }: Call<Window>, shown: readonly Message[]): Reply {
  const found = page(shown, args);
  if (isRefusal(found)) return found;
  return {
    ok: true,
    messages: found.items.map((message) => messageJson(workspace, message, args.include_all_metadata)),
    has_more: found.next_cursor !== '',
    response_metadata: { next_cursor: found.next_cursor },
  };
}
