import { appendAudit } from '../store/audit.ts';
import { moveOperation, openOperations } from '../store/operations.ts';
import { changeOperation } from './change.ts';
import type { OperationContext } from './context.ts';
import type { Engine } from './engine.ts';

/**
 * Takes over work that nobody does any more: operations of processes that are gone are resumed; those that
 * cannot be are ended, and say so.
 */
export async function takeOverOnce(context: OperationContext, engine: Engine): Promise<void> {
  const gone = await engine.takeOver();
  if (gone.length > 0) context.log.info({ executors: gone }, 'took over from processes that are gone');
  for (const { id } of await openOperations(context.database)) {
    const fate = await engine.fate(id);
    if (fate === 'never-begun') await engine.start(id);
    if (fate === 'given-up') await giveUp(context, id);
  }
}

async function giveUp(context: OperationContext, operationId: string): Promise<void> {
  const at = context.clock();
  const outcome = {
    code: 'fault',
    detail: 'It could not be resumed. Look at the target before you try again.',
  } as const;
  await changeOperation(context, operationId, async ({ tx, before, tell }) => {
    const { state, endedAt } = before.operation;
    if (endedAt !== null) return false;
    await moveOperation(tx, { id: operationId, from: state, to: 'failed', outcome, at });
    const entry = {
      actor: 'slipway',
      action: 'operation.failed',
      subject: operationId,
      detail: { outcome: 'fault' },
    };
    await appendAudit(tx, entry, at);
    tell('ended', { kind: 'ended', state: 'failed', outcome });
    return true;
  });
}
