/** @module What a person typed, as it is sent. */
import type { Channel, Person } from '../model/workspace.ts';
import { escapeSlack } from '../text/links.ts';

export type Outgoing =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'command'; readonly command: string; readonly text: string }
  | { readonly kind: 'message'; readonly text: string };

/** Names that may stand in a message. */
export interface Directory {
  readonly users: readonly Person[];
  readonly channels: readonly Channel[];
}

/** Text that begins with `/` is a slash command, sent as typed; in messages, names become mentions. */
export function readOutgoing(typed: string, directory: Directory): Outgoing {
  const trimmed = typed.trim();
  if (trimmed === '') return { kind: 'nothing' };
  const command = /^\/\S+/.exec(trimmed)?.[0];
  if (command !== undefined) return { kind: 'command', command, text: trimmed.slice(command.length).trim() };
  return { kind: 'message', text: withMentions(escapeSlack(trimmed), directory) };
}

function withMentions(escaped: string, { users, channels }: Directory): string {
  return escaped.replace(
    /(^|[\s(])([@#])([\w.-]*\w)/g,
    (whole, before: string, sign: string, name: string) => {
      const id = (sign === '@' ? users : channels).find((one) => one.name === name)?.id;
      return id === undefined ? whole : `${before}<${sign}${id}>`;
    },
  );
}
