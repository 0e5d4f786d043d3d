/** @module Lines that the page itself adds to a channel, in the form of Slack's ephemeral messages. */

import { UNREACHABLE } from '../answer.ts';
import { type Message, readMessage } from '../model/message.ts';
import { escapeSlack } from '../text/links.ts';
import type { CommandError } from './event.ts';

const WHY: ReadonlyMap<string, string> = new Map(
  Object.entries({
    dispatch_failed: 'the app is not connected',
    operation_timeout: 'the app did not answer in time',
  }),
);

/** A line that only this person sees. `at` in seconds; `words` is mrkdwn. */
export function notice(words: string, at: number, threadTs = ''): Message {
  return readMessage({
    ts: at.toFixed(6),
    ...(threadTs === '' ? {} : { thread_ts: threadTs }),
    username: 'Playground',
    is_ephemeral: true,
    text: words,
  });
}

/** What the person reads when a slash command went nowhere, in Slack's words. */
export function commandFailure({ command, error }: CommandError): string {
  return `:warning: \`${escapeSlack(command)}\` failed: ${WHY.get(error) ?? 'the app answered with an error'} (\`${escapeSlack(error)}\`)`;
}

/** What the person reads when a message or a command was refused. */
export function sendingFailure(typed: string, error: string): string {
  const shown = `\`${escapeSlack(typed)}\``;
  if (error === 'invalid_command')
    return `:warning: ${shown} is not a command here. Type \`/\` to see those that are.`;
  if (error === UNREACHABLE)
    return `:warning: ${shown} may not have arrived: the playground did not answer. Look before you send it again.`;
  return `:warning: ${shown} was not sent: \`${error}\``;
}
