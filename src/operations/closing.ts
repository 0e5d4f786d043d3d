import type { JsonObject } from '../domain/json.ts';
import { type Lock, type LockScope, lockKey } from '../domain/lock.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Reply } from '../domain/reply.ts';
import type { Origin } from '../domain/request.ts';
import type { TargetRef } from '../domain/target.ts';
import { refuseAccount, refuseAction } from '../policy/authorise.ts';
import { covers } from '../policy/closures.ts';
import { appendAudit } from '../store/audit.ts';
import { findCarriedOut, recordCarriedOut } from '../store/carried-out.ts';
import { inTransaction, type Queryable } from '../store/database.ts';
import { deleteLock, insertLock, readLocks } from '../store/locks.ts';
import type { OperationContext } from './context.ts';

type ClosingContext = Pick<
  OperationContext,
  'database' | 'config' | 'targets' | 'people' | 'channels' | 'clock'
>;

/** Somebody who closes or opens a scope. */
interface Closing {
  readonly scope: LockScope;
  readonly deliveryId: string;
  readonly origin: Origin;
}

type LockRequest = Closing & {
  readonly reason: string;
  /** Milliseconds; null for no end. */
  readonly duration: number | null;
};

/** Closes a scope to operations, by a person with a reason; once for each delivery, also after it was opened. */
export async function lock(context: ClosingContext, request: LockRequest): Promise<Reply> {
  const before = await findCarriedOut(context.database, request.deliveryId);
  if (before !== null) return { kind: 'locked', lock: lockSince(before.at, request) };
  const refusal = await refuseLocking(context, request);
  if (refusal !== null) return { kind: 'refusal', refusals: [refusal] };
  const created = lockSince(context.clock(), request);
  const stored = await inTransaction(context.database, async (tx) => {
    if (!(await insertLock(tx, created))) return false;
    const detail = { reason: created.reason, until: created.until?.toISOString() ?? null };
    await record(tx, request, { action: 'lock.closed', detail, at: created.since });
    return true;
  });
  return stored ? { kind: 'locked', lock: created } : alreadyLocked(context, request.scope);
}

function lockSince(since: Date, { scope, origin, reason, duration }: LockRequest): Lock {
  return {
    scope,
    holder: { kind: 'person', userId: origin.userId },
    reason,
    since,
    until: duration === null ? null : new Date(since.getTime() + duration),
  };
}

/** Opens a scope again; whoever may lock may unlock, also what others closed, but not what is closed later. */
export async function unlock(context: ClosingContext, request: Closing): Promise<Reply> {
  const { scope } = request;
  const before = await findCarriedOut(context.database, request.deliveryId);
  if (before !== null) return { kind: 'unlocked', scope };
  const refusal = await refuseLocking(context, request);
  if (refusal !== null) return { kind: 'refusal', refusals: [refusal] };
  const opened = await inTransaction(context.database, async (tx) => {
    if (!(await deleteLock(tx, scope))) return false;
    await record(tx, request, { action: 'lock.opened', detail: {}, at: context.clock() });
    return true;
  });
  return opened
    ? { kind: 'unlocked', scope }
    : { kind: 'refusal', refusals: [{ code: 'not-locked', scope }] };
}

/** Rejects, so that the transaction does nothing, if another process did the same in this moment. */
async function record(
  tx: Queryable,
  { scope, deliveryId, origin }: Closing,
  done: { readonly action: string; readonly detail: JsonObject; readonly at: Date },
): Promise<void> {
  const { at, ...entry } = done;
  const subject = lockKey(scope);
  if (!(await recordCarriedOut(tx, { deliveryId, subject, at })))
    throw new Error(`${deliveryId} is being carried out by another process`);
  await appendAudit(tx, { actor: origin.userId, subject, ...entry }, at);
}

/** Locking a scope needs the right in every environment that it closes, and in the one that it names. */
async function refuseLocking(
  context: ClosingContext,
  request: { readonly scope: LockScope; readonly origin: Origin },
): Promise<Refusal | null> {
  const [person, channel] = await Promise.all([
    context.people.person(request.origin.userId),
    context.channels.channel(request.origin.channelId),
  ]);
  const refusals = environmentsOf(context, request.scope).map((environment) =>
    refuseAction({ person, action: 'lock', environment, channel }, context.config),
  );
  return refuseAccount(person) ?? refusals.find((refusal) => refusal !== null) ?? null;
}

function environmentsOf(context: ClosingContext, scope: LockScope): readonly string[] {
  const named = 'environment' in scope ? [scope.environment] : [];
  const covered = [...context.targets.values()]
    .map((target) => target.ref)
    .filter((ref) => covers(scope, ref));
  return [...new Set([...named, ...covered.map((ref) => ref.environment)])];
}

async function alreadyLocked(context: ClosingContext, scope: LockScope): Promise<Reply> {
  const key = lockKey(scope);
  const locks = await readLocks(context.database, context.clock());
  const existing = locks.find((candidate) => lockKey(candidate.scope) === key);
  const target = [...context.targets.values()]
    .map((candidate) => candidate.ref)
    .find((ref) => covers(scope, ref));
  if (existing === undefined || target === undefined) {
    return { kind: 'refusal', refusals: [{ code: 'not-locked', scope }] };
  }
  return { kind: 'refusal', refusals: [lockedRefusal(target, existing)] };
}

function lockedRefusal(target: TargetRef, existing: Lock): Refusal {
  return { code: 'locked', target, lock: existing };
}
