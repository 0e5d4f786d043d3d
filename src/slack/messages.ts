import type { Config } from '../config/schema.ts';
import type { OperationView } from '../domain/operation.ts';
import type { Messages } from '../operations/context.ts';
import { holdersOf } from '../policy/roles.ts';
import { PRIORITY, putPublication } from '../store/publications.ts';
import type { MessageContent } from './content.ts';
import { renderOperation } from './render/operation.ts';
import { renderEmergency, renderThreadLine } from './render/thread.ts';
import type { Words } from './words/words.ts';

const OPERATION_PREFIX = 'operation/';

/** The key of an operation's one message among the publications. */
export function operationMessageKey(operationId: string): string {
  return `${OPERATION_PREFIX}${operationId}`;
}

/** The operation whose message has that key; null for keys of other messages, its thread's among them. */
export function operationOfKey(key: string): string | null {
  const id = key.startsWith(OPERATION_PREFIX) ? key.slice(OPERATION_PREFIX.length) : '';
  return id === '' || id.includes('/') ? null : id;
}

/** Renders what operations tell, and puts it where the publisher finds it. */
export function createMessages(options: {
  readonly words: Words;
  readonly config: Config;
  /** Null where the config names no incident channel. */
  readonly incidentChannelId: string | null;
  readonly clock: () => Date;
}): Messages {
  const { words, config, incidentChannelId, clock } = options;
  return {
    operation: (tx, view) =>
      putPublication<MessageContent>(tx, {
        key: operationMessageKey(view.operation.id),
        channelId: view.operation.channelId,
        thread: threadOf(view),
        priority: PRIORITY.operation,
        content: renderOperation(view, {
          words,
          now: clock(),
          approvers: holdersOf(view.operation.plan.approval.approvers, config),
          approveReaction: config.slack.approveReaction,
          rejectReaction: config.slack.rejectReaction,
        }),
        reactions: asksPeople(view) ? [config.slack.approveReaction, config.slack.rejectReaction] : [],
      }),
    line: (tx, { view, key, line }) =>
      putPublication<MessageContent>(tx, {
        key: `${operationMessageKey(view.operation.id)}/${key}`,
        channelId: view.operation.channelId,
        thread: { kind: 'publication', key: operationMessageKey(view.operation.id) },
        priority: PRIORITY.thread,
        content: renderThreadLine(view, line, words),
        reactions: [],
      }),
    emergency: async (tx, view) => {
      if (incidentChannelId === null) return;
      await putPublication<MessageContent>(tx, {
        key: `${operationMessageKey(view.operation.id)}/emergency`,
        channelId: incidentChannelId,
        thread: null,
        priority: PRIORITY.operation,
        content: renderEmergency(view, words),
        reactions: [],
      });
    },
  };
}

function threadOf({ operation }: OperationView): { readonly kind: 'message'; readonly ts: string } | null {
  return operation.threadTs === null ? null : { kind: 'message', ts: operation.threadTs };
}

function asksPeople({ operation }: OperationView): boolean {
  return operation.plan.approval.required > 0 && operation.options.emergency === null;
}
