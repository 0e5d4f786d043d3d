import { openOperations } from '../store/operations.ts';
import type { OperationContext } from './context.ts';
import { endOperation } from './end-operation.ts';
import type { Ending } from './ending.ts';
import type { Engine } from './engine.ts';

const GIVEN_UP: Ending = {
  state: 'failed',
  outcome: { code: 'fault', detail: 'It could not be resumed. Look at the target before you try again.' },
};

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
    if (fate === 'given-up') await endOperation(context, id, GIVEN_UP);
  }
}
