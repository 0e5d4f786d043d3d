/** @module What `GET /playground/events` sends, read into changes of the page's state. */
import { type Json, record, text } from '../json.ts';
import { readView, type View } from '../modal/view.ts';
import { type Message, readMessage } from '../model/message.ts';
import type { StreamChange } from './stream.ts';

export type PlaygroundEvent =
  /** `isNew` tells a message just written from one that was edited. */
  | {
      readonly type: 'stream';
      readonly channel: string;
      readonly change: StreamChange;
      readonly isNew: boolean;
    }
  | { readonly type: 'view'; readonly change: 'open' | 'update' | 'close'; readonly view: View }
  | CommandError
  | { readonly type: 'presence'; readonly isAppConnected: boolean };

/** A slash command that the app never acknowledged. */
export interface CommandError {
  readonly type: 'command_error';
  readonly channel: string;
  readonly command: string;
  readonly text: string;
  readonly error: string;
}

/** One event's data; nothing for a type that the page does not know. */
export function readEvent(json: unknown): PlaygroundEvent | undefined {
  const raw = record(json);
  switch (raw.type) {
    case 'message':
      return put(raw, readMessage(raw.message), true);
    case 'message_changed':
      return put(raw, readMessage(raw.message), false);
    case 'ephemeral':
      return put(raw, { ...readMessage(raw.message), isEphemeral: true }, true);
    case 'ephemeral_changed':
      return put(raw, { ...readMessage(raw.message), isEphemeral: true }, false);
    case 'message_deleted':
    case 'ephemeral_deleted':
      return { ...stream(raw), change: { type: 'remove', ts: text(raw.ts) || text(record(raw.message).ts) } };
    case 'reaction_added':
      return react(raw, true);
    case 'reaction_removed':
      return react(raw, false);
    case 'view_opened':
      return { type: 'view', change: 'open', view: readView(raw.view) };
    case 'view_updated':
      return { type: 'view', change: 'update', view: readView(raw.view) };
    case 'view_closed':
      return { type: 'view', change: 'close', view: readView(raw.view) };
    case 'command_error':
      return readCommandError(raw);
    case 'presence':
      return { type: 'presence', isAppConnected: raw.app_connected === true };
    default:
      return undefined;
  }
}

const stream = (raw: Json) => ({ type: 'stream', channel: text(raw.channel), isNew: false }) as const;

function put(raw: Json, message: Message, isNew: boolean): PlaygroundEvent {
  return { ...stream(raw), isNew, change: { type: 'put', message } };
}

function react(raw: Json, on: boolean): PlaygroundEvent {
  const change = {
    type: 'react',
    ts: text(raw.ts),
    user: text(raw.user),
    reaction: text(raw.reaction),
    on,
  } as const;
  return { ...stream(raw), change };
}

function readCommandError(raw: Json): CommandError {
  return {
    type: 'command_error',
    channel: text(raw.channel),
    command: text(raw.command),
    text: text(raw.text),
    error: text(raw.error),
  };
}
