import { type Lock, type LockScope, lockKey } from '../domain/lock.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Reply } from '../domain/reply.ts';
import type { Origin } from '../domain/request.ts';
import type { TargetRef } from '../domain/target.ts';
import { refuseAccount, refuseAction } from '../policy/authorise.ts';
import { covers } from '../policy/closures.ts';
import { appendAudit } from '../store/audit.ts';
import { inTransaction } from '../store/database.ts';
import { deleteLock, insertLock, readLocks } from '../store/locks.ts';
import type { OperationContext } from './context.ts';

type ClosingContext = Pick<
  OperationContext,
  'database' | 'config' | 'targets' | 'people' | 'channels' | 'clock'
>;

/** Closes a scope to operations, by a person with a reason. */
export async function lock(
  context: ClosingContext,
  request: {
    readonly scope: LockScope;
    readonly reason: string;
    /** Milliseconds; null for no end. */
    readonly duration: number | null;
    readonly origin: Origin;
  },
): Promise<Reply> {
  const refusal = await refuseLocking(context, request);
  if (refusal !== null) return { kind: 'refusal', refusals: [refusal] };
  const since = context.clock();
  const created: Lock = {
    scope: request.scope,
    holder: { kind: 'person', userId: request.origin.userId },
    reason: request.reason,
    since,
    until: request.duration === null ? null : new Date(since.getTime() + request.duration),
  };
  const stored = await inTransaction(context.database, async (tx) => {
    if (!(await insertLock(tx, created))) return false;
    const detail = { reason: created.reason, until: created.until?.toISOString() ?? null };
    await appendAudit(
      tx,
      { actor: request.origin.userId, action: 'lock.closed', subject: lockKey(created.scope), detail },
      since,
    );
    return true;
  });
  return stored ? { kind: 'locked', lock: created } : alreadyLocked(context, request.scope);
}

/** Opens a scope again; whoever may lock may unlock, also what others closed. */
export async function unlock(
  context: ClosingContext,
  request: { readonly scope: LockScope; readonly origin: Origin },
): Promise<Reply> {
  const refusal = await refuseLocking(context, request);
  if (refusal !== null) return { kind: 'refusal', refusals: [refusal] };
  const key = lockKey(request.scope);
  const opened = await inTransaction(context.database, async (tx) => {
    if (!(await deleteLock(tx, request.scope))) return false;
    const entry = { actor: request.origin.userId, action: 'lock.opened', subject: key, detail: {} };
    await appendAudit(tx, entry, context.clock());
    return true;
  });
  if (opened) return { kind: 'unlocked', scope: request.scope };
  return { kind: 'refusal', refusals: [{ code: 'not-locked', scope: request.scope }] };
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
