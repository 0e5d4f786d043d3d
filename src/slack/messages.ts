import type { Operation, OperationView } from '../domain/operation.ts';
import { SLIPWAY } from '../domain/person.ts';
import type { ThreadLine } from '../domain/thread-line.ts';
import type { Messages } from '../operations/context.ts';
import type { Queryable } from '../store/database.ts';
import { PRIORITY, putPublication } from '../store/publications.ts';
import type { MessageContent } from './content.ts';
import { renderOperation } from './render/operation.ts';
import { renderEmergency, renderThreadLine } from './render/thread.ts';
import type { Words } from './words/words.ts';

export interface MessagesSettings {
  readonly words: Words;
  readonly approveReaction: string;
  readonly rejectReaction: string;
  /** ID of the channel that hears of emergencies. */
  readonly incidentChannelId: string | null;
  /** The people and groups who may approve, as Slack mentions them or as the config names them. */
  approvers(view: OperationView): readonly string[];
  readonly clock: () => Date;
}

/** The publication of an operation's one message. */
export function operationKey(operationId: string): string {
  return `operation/${operationId}`;
}

/** The operation that a publication is the one message of; null for all others. */
export function operationOf(key: string): string | null {
  return /^operation\/([^/]+)$/.exec(key)?.[1] ?? null;
}

/** Writes what Slack is to say of operations: rendered here, sent by the publisher. */
export function createMessages(settings: MessagesSettings): Messages {
  return {
    operation: (tx, view) => putOperation(tx, view, settings),
    line: (tx, request) => putLine(tx, request, settings),
    emergency: (tx, view) => putEmergency(tx, view, settings),
  };
}

async function putOperation(tx: Queryable, view: OperationView, settings: MessagesSettings): Promise<void> {
  const { operation } = view;
  if (isQuiet(operation)) return;
  const { words, approveReaction, rejectReaction, clock } = settings;
  const approvers = settings.approvers(view);
  const content = renderOperation(view, { words, approvers, approveReaction, rejectReaction, now: clock() });
  const isAsked = operation.plan.approval.required > 0 && operation.options.emergency === null;
  await putPublication<MessageContent>(tx, {
    key: operationKey(operation.id),
    channelId: operation.channelId,
    thread: operation.threadTs === null ? null : { kind: 'message', ts: operation.threadTs },
    priority: PRIORITY.operation,
    content,
    reactions: isAsked ? [approveReaction, rejectReaction] : [],
  });
}

async function putLine(
  tx: Queryable,
  request: { readonly view: OperationView; readonly key: string; readonly line: ThreadLine },
  { words }: MessagesSettings,
): Promise<void> {
  const { view, key, line } = request;
  if (isQuiet(view.operation)) return;
  const parent = operationKey(view.operation.id);
  await putPublication<MessageContent>(tx, {
    key: `${parent}/${key}`,
    channelId: view.operation.channelId,
    thread: { kind: 'publication', key: parent },
    priority: PRIORITY.thread,
    content: renderThreadLine(view, line, words),
    reactions: [],
  });
}

/** What the bot does by itself is told only when it went wrong. */
function isQuiet({ requesterId, state }: Operation): boolean {
  return requesterId === SLIPWAY && ['awaiting-approval', 'running', 'succeeded'].includes(state);
}

async function putEmergency(
  tx: Queryable,
  view: OperationView,
  { words, incidentChannelId }: MessagesSettings,
): Promise<void> {
  await putPublication<MessageContent>(tx, {
    key: `${operationKey(view.operation.id)}/emergency`,
    // Loud where it was asked for, if there is no other place.
    channelId: incidentChannelId ?? view.operation.channelId,
    thread: null,
    priority: PRIORITY.operation,
    content: renderEmergency(view, words),
    reactions: [],
  });
}
