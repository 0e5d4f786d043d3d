import type { OperationView } from '../domain/operation.ts';
import type { ThreadLine } from '../domain/thread-line.ts';
import { inTransaction, type Queryable } from '../store/database.ts';
import { lockOperation, readView } from '../store/operations.ts';
import type { OperationContext } from './context.ts';

/** What a change may use: its transaction, and the operation as it was before. */
export interface Change {
  readonly tx: Queryable;
  readonly before: OperationView;
  /** Tells something in the thread, once for each key. */
  tell(key: string, line: ThreadLine): void;
}

/**
 * Changes an operation and its message in one transaction, holding the operation's row: what people read
 * is never older than what is so. The message stays as it is when `work` returns false.
 */
export async function changeOperation<T>(
  context: Pick<OperationContext, 'database' | 'messages'>,
  operationId: string,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  return inTransaction(context.database, async (tx) => {
    await lockOperation(tx, operationId);
    const lines: { readonly key: string; readonly line: ThreadLine }[] = [];
    const tell = (key: string, line: ThreadLine) => void lines.push({ key, line });
    const result = await work({ tx, before: await mustRead(tx, operationId), tell });
    if (result === false) return result;
    const view = await mustRead(tx, operationId);
    await context.messages.operation(tx, view);
    for (const { key, line } of lines) await context.messages.line(tx, { view, key, line });
    return result;
  });
}

async function mustRead(tx: Queryable, operationId: string): Promise<OperationView> {
  const view = await readView(tx, operationId);
  if (view === null) throw new Error(`operation ${operationId} is not stored`);
  return view;
}
