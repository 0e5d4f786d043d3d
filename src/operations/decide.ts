import type { Approval, OperationOutcome } from '../domain/operation.ts';
import type { Refusal } from '../domain/refusal.ts';
import { refuseApprover, refuseRejecter } from '../policy/approvals.ts';
import { recordApproval, withdrawApproval } from '../store/approvals.ts';
import { appendAudit } from '../store/audit.ts';
import { findOperation, moveOperation } from '../store/operations.ts';
import { type Change, changeOperation } from './change.ts';
import type { OperationContext } from './context.ts';
import type { Engine } from './engine.ts';

/** One person's word on one operation. */
export interface Decision {
  readonly operationId: string;
  readonly userId: string;
  readonly via: Approval['via'];
  /** The plan that the person saw; null for reactions, which stand under the message as it is. */
  readonly planDigest: string | null;
  /** When the person did it: for reactions by Slack's clock, for buttons by ours. */
  readonly at: Date;
}

type DecideContext = Pick<
  OperationContext,
  'database' | 'messages' | 'people' | 'config' | 'clock' | 'metrics'
>;

/** Records an approval, or says why it does not count. Approving twice is approving once. */
export async function approve(
  context: DecideContext,
  engine: Engine,
  decision: Decision,
): Promise<Refusal | null> {
  const refusal = await refuseDecision(context, decision, refuseApprover);
  if (refusal !== null) return refusal;
  const recorded = await changeOperation(context, decision.operationId, (change) =>
    recordDecision(context, change, decision),
  );
  // Woken even if it was recorded before: the wake-up may have been lost in a crash.
  await engine.wake(decision.operationId);
  if (recorded !== false) context.metrics.approved((context.clock().getTime() - recorded.getTime()) / 1_000);
  return null;
}

/** Takes an approval back; it no longer counts unless the operation has begun. */
export async function withdraw(context: DecideContext, engine: Engine, decision: Decision): Promise<void> {
  const { operationId, userId, at } = decision;
  const operation = await findOperation(context.database, operationId);
  if (operation?.state !== 'awaiting-approval') return;
  await changeOperation(context, operationId, async ({ tx, before, tell }) => {
    if (before.operation.state !== 'awaiting-approval') return false;
    if (!(await withdrawApproval(tx, { operationId, userId, at }))) return false;
    const entry = { actor: userId, action: 'approval.withdrawn', subject: operationId, detail: {} };
    await appendAudit(tx, entry, context.clock());
    tell(`withdrawn/${userId}/${at.getTime()}`, { kind: 'withdrawn', userId });
    return true;
  });
  await engine.wake(operationId);
}

/** Ends the question with a no: by an approver, or by the requester, who takes it back. */
export async function reject(
  context: DecideContext,
  engine: Engine,
  decision: Decision,
): Promise<Refusal | null> {
  const refusal = await refuseDecision(context, decision, refuseRejecter);
  if (refusal !== null) return refusal;
  const at = context.clock();
  const { operationId, userId } = decision;
  await changeOperation(context, operationId, async ({ tx, before, tell }) => {
    if (before.operation.state !== 'awaiting-approval') return false;
    const state = userId === before.operation.requesterId ? 'cancelled' : 'rejected';
    const outcome: OperationOutcome = { code: state, by: userId };
    await moveOperation(tx, { id: operationId, from: 'awaiting-approval', to: state, outcome, at });
    await appendAudit(
      tx,
      { actor: userId, action: `operation.${state}`, subject: operationId, detail: {} },
      at,
    );
    tell('ended', { kind: 'ended', state, outcome });
    return true;
  });
  await engine.wake(operationId);
  return null;
}

async function recordDecision(
  context: DecideContext,
  { tx, before, tell }: Change,
  decision: Decision,
): Promise<Date | false> {
  const { operation } = before;
  if (operation.state !== 'awaiting-approval') return false;
  const { userId, via, operationId, at } = decision;
  const { planDigest } = operation;
  const fresh = await recordApproval(tx, operationId, {
    userId,
    decision: 'approve',
    planDigest,
    decidedAt: at,
    via,
  });
  if (!fresh) return false;
  const detail = { planDigest, via };
  const entry = { actor: userId, action: 'approval.given', subject: operationId, detail };
  await appendAudit(tx, entry, context.clock());
  tell(`approved/${userId}/${at.getTime()}`, { kind: 'approved', userId });
  return operation.createdAt;
}

async function refuseDecision(
  context: DecideContext,
  decision: Decision,
  rule: typeof refuseApprover,
): Promise<Refusal | null> {
  const operation = await findOperation(context.database, decision.operationId);
  if (operation === null) return { code: 'not-waiting', operationId: decision.operationId, state: 'unknown' };
  const outdated = decision.planDigest !== null && decision.planDigest !== operation.planDigest;
  if (operation.state !== 'awaiting-approval' || outdated) {
    return { code: 'not-waiting', operationId: operation.id, state: operation.state };
  }
  return rule(await context.people.person(decision.userId), operation, context.config);
}
