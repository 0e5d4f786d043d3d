import { z } from 'zod';
import { suggestionsSchema } from '../block-kit/composition.ts';
import { describeProblems } from '../block-kit/problems.ts';
import { directory, findJoinedChannel } from '../conversations.ts';
import type { Receipt } from '../delivery/transport.ts';
import type { Payload } from '../entities.ts';
import {
  chosenValue,
  findElement,
  findSurface,
  interactionBase,
  type Surface,
  surfaceParts,
} from '../interactions.ts';
import { encodeCommandText } from '../markup.ts';
import { isRefusal, type Refusal, refuse, refuseWith } from '../refusal.ts';
import { issueResponseUrl, respondAtOnce } from '../response-urls.ts';
import type { CommandSeed } from '../seed.ts';
import { type Call, json, method, type Reply } from './method.ts';

const commandArguments = z.object({
  channel: z.string(),
  command: z.string(),
  text: z.string().default(''),
  thread_ts: z.string().optional(),
});
type CommandArguments = z.output<typeof commandArguments>;

/** A person types a slash command. Slack has none in threads. */
export const command = method(commandArguments, async (call): Promise<Reply> => {
  const { workspace, caller, args } = call;
  const channel = findJoinedChannel(workspace, caller, args.channel);
  if (isRefusal(channel)) return channel;
  if (args.thread_ts !== undefined) return refuse('slash_command_in_thread');
  const known = workspace.commands.find((one) => one.command === args.command);
  if (known === undefined) return refuse('invalid_command');
  const place = { channel: channel.id, user: caller.userId, thread_ts: null, original: null };
  const responseUrl = issueResponseUrl(workspace, place);
  const payload = commandPayload(call, known, { channelName: channel.name, responseUrl });
  const receipt = await workspace.app.ask('slash_commands', payload);
  const failure = failureOf(receipt);
  if (failure !== undefined) {
    const { command: name, text } = args;
    const what = { channel: channel.id, command: name, text, error: failure };
    workspace.audience.tell([caller.userId], { type: 'command_error', ...what });
    return refuse(failure);
  }
  respondAtOnce(workspace, place, bodyOf(receipt));
  return { ok: true, response: '' };
});

function commandPayload(
  { workspace, caller, args }: Call<CommandArguments>,
  known: CommandSeed,
  place: { readonly channelName: string; readonly responseUrl: string },
): Payload {
  const { team, app } = workspace.seed;
  const text = args.text.trim();
  return {
    token: app.verification_token,
    team_id: team.id,
    team_domain: team.domain,
    channel_id: args.channel,
    channel_name: place.channelName === '' ? 'directmessage' : place.channelName,
    user_id: caller.userId,
    user_name: workspace.store.users.get(caller.userId)?.name ?? '',
    command: args.command,
    text: known.should_escape ? encodeCommandText(text, directory(workspace)) : text,
    api_app_id: app.app_id,
    is_enterprise_install: 'false',
    response_url: place.responseUrl,
    trigger_id: workspace.triggers.issue({ user: caller.userId, view: null }),
  };
}

const surfaceArguments = {
  channel: z.string().optional(),
  message_ts: z.string().optional(),
  view_id: z.string().optional(),
};

const actionsSchema = json(z.array(z.looseObject({ block_id: z.string(), action_id: z.string() })).min(1));

/** A person clicks a button or changes a menu, on a message or in a view. */
export const actions = method(
  z.object({ ...surfaceArguments, actions: actionsSchema }),
  async ({ workspace, caller, args }): Promise<Reply> => {
    const surface = findSurface(workspace, caller, args);
    if (isRefusal(surface)) return surface;
    const acted = args.actions.map((action) => performed(surface, action, workspace.store.nextTs()));
    const refused = acted.find(isRefusal);
    if (refused !== undefined) return refused;
    const view = surface.kind === 'view' ? surface.view.id : null;
    const payload = {
      type: 'block_actions',
      ...interactionBase(workspace, caller),
      ...surfaceParts(workspace, caller, surface),
      trigger_id: workspace.triggers.issue({ user: caller.userId, view }),
      actions: acted,
    };
    const failure = failureOf(await workspace.app.ask('interactive', payload));
    return failure === undefined ? { ok: true } : refuse(failure);
  },
);

/** The action as the app gets it: what the element says of itself wins over what the person's client says. */
function performed(surface: Surface, given: Given, at: string): Payload | Refusal {
  const element = findElement(surface, given.block_id, given.action_id);
  if (element === undefined) return refuse('action_not_found');
  const chosen = chosenValue(element, given);
  if (chosen === null) return refuseWith('invalid_arguments', ['the element has no such option']);
  const { type, action_id, text, style, placeholder } = element;
  const shown = Object.entries({ text, style, placeholder }).filter(([, value]) => value !== undefined);
  return {
    type,
    action_id,
    block_id: given.block_id,
    ...Object.fromEntries(shown),
    ...chosen,
    action_ts: at,
  };
}

interface Given {
  readonly block_id: string;
  readonly action_id: string;
  readonly [detail: string]: unknown;
}

/** A person types into an `external_select`; answers with the app's options. */
export const suggestions = method(
  z.object({
    ...surfaceArguments,
    block_id: z.string(),
    action_id: z.string(),
    value: z.string().default(''),
  }),
  async ({ workspace, caller, args }): Promise<Reply> => {
    const surface = findSurface(workspace, caller, args);
    if (isRefusal(surface)) return surface;
    const { block_id, action_id, value } = args;
    if (!findElement(surface, block_id, action_id)?.type.includes('external'))
      return refuse('action_not_found');
    const asked = { type: 'block_suggestion', block_id, action_id, value };
    const base = interactionBase(workspace, caller);
    const receipt = await workspace.app.ask('interactive', {
      ...base,
      ...surfaceParts(workspace, caller, surface),
      ...asked,
    });
    const failure = failureOf(receipt);
    if (failure !== undefined) return refuse(failure);
    const body = bodyOf(receipt);
    const parsed = suggestionsSchema.safeParse(body);
    if (!parsed.success) return refuseWith('invalid_arguments', describeProblems(parsed.error, body, ''));
    return { ok: true, ...parsed.data };
  },
);

/** Why the app did not take it, in the words that Slack shows to the person. */
export function failureOf(receipt: Receipt): 'operation_timeout' | 'dispatch_failed' | undefined {
  if (receipt.kind === 'acknowledged') return undefined;
  return receipt.kind === 'timeout' ? 'operation_timeout' : 'dispatch_failed';
}

/** What came with the acknowledgement. */
export function bodyOf(receipt: Receipt): unknown {
  return receipt.kind === 'acknowledged' ? receipt.body : undefined;
}
