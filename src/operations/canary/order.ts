import type { Reply } from '../../domain/reply.ts';
import type { OperationContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { submit } from '../submit.ts';
import { type Instructing, instruct } from './instruct.ts';

/**
 * Tells a running canary what to do; going past what was approved becomes an operation of its own, which asks
 * first. Null when its message is the answer.
 */
export async function orderCanary(
  context: OperationContext,
  engine: Engine,
  order: Omit<Instructing, 'action'>,
): Promise<Reply | null> {
  const instructed = await instruct(context, engine, { ...order, action: 'canary' });
  if ('reply' in instructed) return instructed.reply;
  const { deliveryId, origin } = order;
  const options = { emergency: null, reason: null };
  const requests = [instructed.ask];
  return submit(context, engine, { deliveryId, requests, options, dryRun: false, origin });
}
