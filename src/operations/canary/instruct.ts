import type { CanaryInstruction } from '../../domain/canary.ts';
import { lastActionOf } from '../../domain/canary-state.ts';
import type { Operation } from '../../domain/operation.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../domain/refusal.ts';
import type { Reply } from '../../domain/reply.ts';
import type { CanaryExtensionRequest, Origin } from '../../domain/request.ts';
import { type TargetRef, targetKey } from '../../domain/target.ts';
import { approvalFor } from '../../policy/approvals.ts';
import { type Action, refuseAction } from '../../policy/authorise.ts';
import { pendingInstructions, readCanary } from '../../store/canaries.ts';
import { findCarriedOut, recordCarriedOut } from '../../store/carried-out.ts';
import { inTransaction } from '../../store/database.ts';
import { findOperation, lockOperation, openOperations, readView } from '../../store/operations.ts';
import { type OperationContext, targetOf } from '../context.ts';
import type { Engine } from '../engine.ts';
import { approvedSoFar } from './extension.ts';
import { keepInstruction } from './keep-instruction.ts';

/** Which canary is meant: the one of a target, the one of the channel (null), or one by its operation. */
export type CanaryChoice = { readonly target: TargetRef | null } | { readonly operationId: string };

export interface Instructing {
  readonly which: CanaryChoice;
  readonly instruction: CanaryInstruction;
  /** What whoever gives it must be allowed to do. */
  readonly action: Action;
  readonly deliveryId: string;
  readonly origin: Origin;
}

/** The answer, or what has to be asked for first since it goes past what was approved. */
export type Instructed = { readonly reply: Reply } | { readonly ask: CanaryExtensionRequest };

/** Tells a running canary what to do, or says why not. It does so at its next step. */
export async function instruct(
  context: OperationContext,
  engine: Engine,
  order: Instructing,
): Promise<Instructed> {
  const before = await findCarriedOut(context.database, order.deliveryId);
  if (before !== null) return instructedBefore(context, engine, order, before.subject);
  const found = await findCanary(context, order);
  if (!found.ok) return refused(found.refusal);
  const operation = found.value;
  const { instruction } = order;
  const refusal =
    (await refuseRole(context, order, operation)) ?? refuseShare(context, operation, shareOf(instruction));
  if (refusal !== null) return refused(refusal);
  const beyond = await beyondApproval(context, operation, shareOf(instruction));
  if (beyond !== null) return { ask: beyond };
  const late = await keep(context, operation, order);
  if (late !== null) return refused(late);
  await engine.wake(operation.id);
  return { reply: { kind: 'instructed', target: operation.plan.target, instruction } };
}

/** What came of a delivery that was worked on before, whatever runs there now. The wake-up may have been lost. */
async function instructedBefore(
  context: OperationContext,
  engine: Engine,
  { instruction }: Instructing,
  operationId: string,
): Promise<Instructed> {
  const operation = await findOperation(context.database, operationId);
  if (operation === null) throw new Error(`operation ${operationId} is not stored`);
  const { request, plan } = operation;
  if (request.kind === 'canary-extension') return { ask: request };
  await engine.wake(operationId);
  return { reply: { kind: 'instructed', target: plan.target, instruction } };
}

function refused(refusal: Refusal): Instructed {
  return { reply: { kind: 'refusal', refusals: [refusal] } };
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
  { which, origin }: Instructing,
): Promise<Outcome<Operation>> {
  if ('operationId' in which) {
    const { operationId } = which;
    const operation = await findOperation(context.database, operationId);
    if (operation?.state === 'running') return accept(operation);
    return refuse({ code: 'canary-over', operationId });
  }
  const running = await runningCanaries(context, { ...which, channelId: origin.channelId });
  const [operation, ...more] = running;
  if (operation !== undefined && more.length === 0) return accept(operation);
  return refuse({ code: 'which-canary', running: running.map(({ plan }) => plan.target) });
}

async function refuseRole(
  context: OperationContext,
  { origin, action }: Instructing,
  { plan }: Operation,
): Promise<Refusal | null> {
  const [person, channel] = await Promise.all([
    context.people.person(origin.userId),
    context.channels.channel(origin.channelId),
  ]);
  return refuseAction({ person, action, environment: plan.target.environment, channel }, context.config);
}

/** The percent that is wanted; null when the instruction names none. */
function shareOf(instruction: CanaryInstruction): number | null {
  if (instruction.kind === 'promote') return 100;
  return instruction.kind === 'move' ? instruction.percent : null;
}

/** A share that the target cannot give. */
function refuseShare(context: OperationContext, { plan }: Operation, asked: number | null): Refusal | null {
  if (asked === null || asked === 100) return null;
  const reachable = targetOf(context, plan.target).traffic?.reachable(plan) ?? [];
  if (reachable.includes(asked)) return null;
  const nearest = [...reachable].sort((a, b) => Math.abs(a - asked) - Math.abs(b - asked)).slice(0, 3);
  return { code: 'unreachable-share', target: plan.target, asked, nearest };
}

/** What to ask for when the canary is to go farther than was approved; null where nobody has to be asked. */
async function beyondApproval(
  context: OperationContext,
  operation: Operation,
  asked: number | null,
): Promise<CanaryExtensionRequest | null> {
  const { target } = operation.plan;
  if (asked === null || asked <= (await approvedSoFar(context.database, operation))) return null;
  if (approvalFor('canary-extension', target, context.config).required === 0) return null;
  return { kind: 'canary-extension', target, operationId: operation.id, percent: asked };
}

/** Keeps it for the canary, once for as long as it is not done; or says that the canary is coming to its end. */
async function keep(
  context: OperationContext,
  { id }: Operation,
  { instruction, deliveryId, origin }: Instructing,
): Promise<Refusal | null> {
  return inTransaction(context.database, async (tx) => {
    const operation = await lockOperation(tx, id);
    const state = await readCanary(tx, id);
    if (operation?.state !== 'running') {
      return { code: 'canary-over', operationId: id };
    }
    const last = state === null ? null : lastActionOf(state);
    if (last !== null && last !== instruction.kind)
      return { code: 'canary-ending', operationId: id, by: last };
    const newest = (await pendingInstructions(tx, id)).at(-1)?.instruction;
    const at = context.clock();
    if (!(await recordCarriedOut(tx, { deliveryId, subject: id, at }))) return null;
    if (last !== null || (newest !== undefined && isSame(newest, instruction))) return null;
    await keepInstruction(tx, { operationId: id, deliveryId, instruction, by: origin.userId, at });
    return null;
  });
}

/** A second click while the first is not done yet. */
function isSame(one: CanaryInstruction, other: CanaryInstruction): boolean {
  return one.kind === other.kind && shareOf(one) === shareOf(other);
}
