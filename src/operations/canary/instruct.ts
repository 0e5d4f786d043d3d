import type { CanaryInstruction } from '../../domain/canary.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Reply } from '../../domain/reply.ts';
import type { Origin } from '../../domain/request.ts';
import { type TargetRef, targetKey } from '../../domain/target.ts';
import { refuseAction } from '../../policy/authorise.ts';
import { appendAudit } from '../../store/audit.ts';
import { insertInstruction } from '../../store/canaries.ts';
import { inTransaction } from '../../store/database.ts';
import { openOperations, readView } from '../../store/operations.ts';
import { type OperationContext, targetOf } from '../context.ts';
import type { Engine } from '../engine.ts';

export interface Instructing {
  /** Null for the canary of the channel. */
  readonly target: TargetRef | null;
  readonly instruction: CanaryInstruction;
  readonly deliveryId: string;
  readonly origin: Origin;
}

/** Tells a running canary what to do, or says why not. It does so at its next step. */
export async function instruct(
  context: OperationContext,
  engine: Engine,
  order: Instructing,
): Promise<Reply> {
  const found = await findCanary(context, order);
  if ('refusal' in found) return { kind: 'refusal', refusals: [found.refusal] };
  const { operation } = found;
  const refusal =
    (await refuseRole(context, order, operation)) ?? refuseShare(context, operation, order.instruction);
  if (refusal !== null) return { kind: 'refusal', refusals: [refusal] };
  await store(context, operation, order);
  await engine.wake(operation.id);
  return { kind: 'instructed', target: operation.plan.target, instruction: order.instruction };
}

/** The canaries that run: of one target, or those of a channel. */
export async function runningCanaries(
  context: OperationContext,
  where: { readonly target: TargetRef | null; readonly channelId: string },
): Promise<readonly Operation[]> {
  const running = (await openOperations(context.database)).filter(
    ({ state, plan }) => state === 'running' && plan.kind === 'canary',
  );
  const { target, channelId } = where;
  if (target !== null) return running.filter(({ plan }) => targetKey(plan.target) === targetKey(target));
  return running.filter((operation) => operation.channelId === channelId);
}

/** What `/canary status` shows; each canary's thread gets its picture so far. */
export async function canaryStatus(
  context: OperationContext,
  where: { readonly target: TargetRef | null; readonly channelId: string; readonly deliveryId: string },
): Promise<Reply> {
  const running = await runningCanaries(context, where);
  const read = await Promise.all(running.map(({ id }) => readView(context.database, id)));
  const operations = read.flatMap((view) => (view === null ? [] : [view]));
  for (const view of operations) await context.pictures.show({ view, key: where.deliveryId, end: null });
  return { kind: 'canaries', operations };
}

async function findCanary(
  context: OperationContext,
  { target, origin }: Instructing,
): Promise<{ readonly operation: Operation } | { readonly refusal: Refusal }> {
  const running = await runningCanaries(context, { target, channelId: origin.channelId });
  const [operation, ...more] = running;
  if (operation !== undefined && more.length === 0) return { operation };
  return { refusal: { code: 'which-canary', running: running.map(({ plan }) => plan.target) } };
}

async function refuseRole(
  context: OperationContext,
  { origin }: Instructing,
  { plan }: Operation,
): Promise<Refusal | null> {
  const [person, channel] = await Promise.all([
    context.people.person(origin.userId),
    context.channels.channel(origin.channelId),
  ]);
  return refuseAction(
    { person, action: 'canary', environment: plan.target.environment, channel },
    context.config,
  );
}

/** Going farther than was approved, or to a share that the target cannot give. */
function refuseShare(
  context: OperationContext,
  { plan }: Operation,
  instruction: CanaryInstruction,
): Refusal | null {
  const asked =
    instruction.kind === 'promote' ? 100 : instruction.kind === 'move' ? instruction.percent : null;
  const approved = Math.max(...(plan.canary?.steps ?? [0]));
  if (asked === null) return null;
  if (asked > approved) return { code: 'past-approval', target: plan.target, approved, asked };
  const reachable = targetOf(context, plan.target).traffic?.reachable(plan) ?? [];
  if (asked === 100 || reachable.includes(asked)) return null;
  const nearest = [...reachable].sort((a, b) => Math.abs(a - asked) - Math.abs(b - asked)).slice(0, 3);
  return { code: 'unreachable-share', target: plan.target, asked, nearest };
}

async function store(context: OperationContext, { id }: Operation, order: Instructing): Promise<void> {
  const at = context.clock();
  const { instruction, deliveryId, origin } = order;
  await inTransaction(context.database, async (tx) => {
    const given = { operationId: id, deliveryId, instruction, by: origin.userId, at };
    if (!(await insertInstruction(tx, given))) return;
    const detail = instruction.kind === 'move' ? { percent: instruction.percent } : {};
    await appendAudit(
      tx,
      { actor: origin.userId, action: `canary.${instruction.kind}`, subject: id, detail },
      at,
    );
  });
}
