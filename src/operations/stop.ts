import { canBeStopped } from '../domain/operation.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Reply } from '../domain/reply.ts';
import type { Origin } from '../domain/request.ts';
import type { TargetRef } from '../domain/target.ts';
import { refuseStopper } from '../policy/stopping.ts';
import { appendAudit } from '../store/audit.ts';
import { findCarriedOut, recordCarriedOut } from '../store/carried-out.ts';
import { findOperation, openOperations } from '../store/operations.ts';
import { recordStop } from '../store/stops.ts';
import { changeOperation } from './change.ts';
import type { OperationContext } from './context.ts';

type StopContext = Pick<
  OperationContext,
  'database' | 'messages' | 'people' | 'channels' | 'config' | 'clock'
>;

/** Who wants something to stop. */
interface Stopper {
  readonly deliveryId: string;
  readonly origin: Origin;
}

/**
 * Wants a running operation to stop, or says why not. Whoever runs its step sees that and stops it; then what it
 * began is taken back as after any failure. Wanting it twice, be it by two people, is wanting it once.
 */
export async function stop(
  context: StopContext,
  { operationId, deliveryId, origin }: Stopper & { readonly operationId: string },
): Promise<Refusal | null> {
  if ((await findCarriedOut(context.database, deliveryId)) !== null) return null;
  const operation = await findOperation(context.database, operationId);
  if (operation === null) return { code: 'not-stoppable', operationId, running: false };
  const [person, channel] = await Promise.all([
    context.people.person(origin.userId),
    context.channels.channel(origin.channelId),
  ]);
  const refusal = refuseStopper({ person, operation, channel }, context.config);
  return refusal ?? keep(context, { operationId, deliveryId, by: origin.userId });
}

/** Wants what runs on a target now to stop, and nothing that begins later. Null when its message is the answer. */
export async function stopOn(
  context: StopContext,
  { target, ...stopper }: Stopper & { readonly target: TargetRef },
): Promise<Reply | null> {
  if ((await findCarriedOut(context.database, stopper.deliveryId)) !== null) return null;
  const open = await openOperations(context.database, target);
  const running = open.find(({ state }) => state === 'running');
  const refusal: Refusal | null =
    running === undefined
      ? { code: 'nothing-running', target }
      : await stop(context, { operationId: running.id, ...stopper });
  return refusal === null ? null : { kind: 'refusal', refusals: [refusal] };
}

async function keep(
  context: StopContext,
  wanted: { readonly operationId: string; readonly deliveryId: string; readonly by: string },
): Promise<Refusal | null> {
  const { operationId, deliveryId, by } = wanted;
  let refusal: Refusal | null = null;
  await changeOperation(context, operationId, async ({ tx, before, tell }) => {
    if (before.stop === null && !canBeStopped(before)) {
      const running = before.operation.state === 'running';
      refusal = { code: 'not-stoppable', operationId, running };
      return false;
    }
    const at = context.clock();
    const isNew = await recordCarriedOut(tx, { deliveryId, subject: operationId, at });
    if (!isNew || before.stop !== null) return false;
    await recordStop(tx, operationId, { by, at });
    const entry = { actor: by, action: 'operation.stop-requested', subject: operationId, detail: {} };
    await appendAudit(tx, entry, at);
    tell('stopping', { kind: 'stopping', userId: by });
    return true;
  });
  return refusal;
}
