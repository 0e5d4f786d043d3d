import { z } from 'zod';
import { directory, findJoinedChannel } from '../conversations.ts';
import { bodyOf, failureOf } from '../delivery/transport.ts';
import type { Payload } from '../entities.ts';
import { encodeCommandText } from '../markup.ts';
import { isRefusal, refuse } from '../refusal.ts';
import { issueResponseUrl, respondAtOnce } from '../response-urls.ts';
import type { CommandSeed } from '../seed.ts';
import { type Call, method, type Reply } from './method.ts';

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
