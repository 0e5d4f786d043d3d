import type { Operation } from '../src/domain/operation.ts';
import type { OperationContext } from '../src/operations/context.ts';
import { approve, reject, withdraw } from '../src/operations/decide.ts';
import type { Engine } from '../src/operations/engine.ts';
import { readApprovals } from '../src/store/approvals.ts';
import { openOperations } from '../src/store/operations.ts';

/** Milliseconds by which Slack's clock and ours may differ. */
const CLOCKS_DIFFER = 60_000;

/** Who reacts to an operation's message now; null while it has no message. */
export type ReadReactions = (
  operationId: string,
) => Promise<{ readonly approve: readonly string[]; readonly reject: readonly string[] } | null>;

/**
 * Makes the decisions of every waiting operation agree with the reactions under its message: what came,
 * and what was taken away, while nobody was listening.
 */
export async function catchUpOnReactions(
  context: OperationContext,
  engine: Engine,
  readReactions: ReadReactions,
): Promise<void> {
  for (const operation of await openOperations(context.database)) {
    if (operation.state !== 'awaiting-approval') continue;
    await catchUpOn(operation, { context, engine, readReactions }).catch((err: unknown) => {
      // A message that was deleted can never be read again; the others must not wait for it.
      context.log.warn({ err, operation: operation.id }, 'reactions could not be read back');
    });
  }
}

async function catchUpOn(
  operation: Operation,
  parts: {
    readonly context: OperationContext;
    readonly engine: Engine;
    readonly readReactions: ReadReactions;
  },
): Promise<void> {
  const { context, engine } = parts;
  // Read before the reactions are: what people decide meanwhile arrives as events, and is not judged here.
  const standing = await readApprovals(context.database, operation.id);
  const reactions = await parts.readReactions(operation.id);
  if (reactions === null) return;
  const decision = (userId: string, at: Date) =>
    ({ operationId: operation.id, userId, via: 'reaction', planDigest: null, at }) as const;
  for (const { via, userId, decidedAt } of standing) {
    if (via === 'reaction' && !reactions.approve.includes(userId)) {
      await withdraw(context, engine, decision(userId, decidedAt));
    }
  }
  // As of well before now, since Slack's clock and ours may differ: whatever people do from now on is newer.
  const at = new Date(context.clock().getTime() - CLOCKS_DIFFER);
  for (const userId of reactions.reject) await reject(context, engine, decision(userId, at));
  const known = new Set(standing.map(({ userId }) => userId));
  const fresh = reactions.approve.filter((userId) => !known.has(userId));
  for (const userId of fresh) await approve(context, engine, decision(userId, at));
}
