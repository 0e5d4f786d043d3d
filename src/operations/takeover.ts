import { setTimeout as delay } from 'node:timers/promises';
import { appendAudit } from '../store/audit.ts';
import { moveOperation, openOperations } from '../store/operations.ts';
import { isOutage } from '../store/outage.ts';
import { changeOperation } from './change.ts';
import type { OperationContext } from './context.ts';
import type { Engine } from './engine.ts';

/** Milliseconds between two looks for what others left behind. */
const INTERVAL = 2_000;

/**
 * Looks now and then for work that nobody does any more, and takes it over: operations of processes that
 * are gone are resumed; those that cannot be are ended, and say so. Returns what stops looking.
 */
export function keepTakingOver(context: OperationContext, engine: Engine): () => Promise<void> {
  const stopped = new AbortController();
  const ended = (async () => {
    while (!stopped.signal.aborted) {
      await lookOnce(context, engine);
      await delay(INTERVAL, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    stopped.abort();
    await ended;
  };
}

async function lookOnce(context: OperationContext, engine: Engine): Promise<void> {
  try {
    const gone = await engine.takeOver();
    if (gone.length > 0) context.log.info({ executors: gone }, 'took over from processes that are gone');
    await endOrphans(context, engine);
  } catch (err) {
    if (!isOutage(err)) context.log.error({ err }, 'looking for work left behind failed');
  }
}

/** An open operation without a workflow: it was never begun, or the engine gave it up. */
async function endOrphans(context: OperationContext, engine: Engine): Promise<void> {
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
