import { appendAudit } from '../store/audit.ts';
import { moveOperation } from '../store/operations.ts';
import { changeOperation } from './change.ts';
import type { OperationContext } from './context.ts';
import type { Ending } from './ending.ts';

/** Ends an operation, in its record, its message, its thread, the audit trail and the figures; once. */
export async function endOperation(
  context: OperationContext,
  operationId: string,
  ending: Ending,
): Promise<void> {
  const at = context.clock();
  const { state, outcome } = ending;
  const ended = await changeOperation(context, operationId, async ({ tx, before, tell }) => {
    const { operation } = before;
    if (operation.endedAt !== null) return false;
    await moveOperation(tx, { id: operationId, from: operation.state, to: state, outcome, at });
    const detail = { planDigest: operation.planDigest, outcome: outcome.code };
    await appendAudit(
      tx,
      { actor: 'slipway', action: `operation.${state}`, subject: operationId, detail },
      at,
    );
    tell('ended', { kind: 'ended', state, outcome });
    return operation;
  });
  if (ended === false) return;
  const { kind, target } = ended.plan;
  const seconds = (at.getTime() - (ended.startedAt ?? ended.createdAt).getTime()) / 1_000;
  context.metrics.ended({ kind, target, state, seconds });
}
