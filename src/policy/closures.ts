import type { Config } from '../config/schema.ts';
import type { Lock, LockScope } from '../domain/lock.ts';
import type { Operation } from '../domain/operation.ts';
import type { OperationKind } from '../domain/plan.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { TargetRef } from '../domain/target.ts';

/** What may keep a target closed, as read at one moment. */
export interface Closures {
  readonly locks: readonly Lock[];
  /** Operations on the target that are running now. */
  readonly running: readonly Operation[];
  /** A critical alert that fires for the target, unless the requester said that this is known. */
  readonly criticalAlert: string | null;
  readonly now: Date;
}

/** Every reason why nothing of this kind may be done to the target now; empty when it is open. */
export function refuseClosed(
  target: TargetRef,
  kind: OperationKind,
  closures: Closures,
  config: Config,
): readonly Refusal[] {
  return [
    ...refuseLocked(target, kind, closures),
    ...refuseFrozen(target, kind, closures.now, config),
    ...refuseIncident(target, kind, closures.criticalAlert),
    ...refuseBusy(target, closures.running),
  ];
}

/** True if a lock of that scope closes the target. */
export function covers(scope: LockScope, target: TargetRef): boolean {
  switch (scope.kind) {
    case 'everything':
      return true;
    case 'environment':
      return scope.environment === target.environment;
    case 'service':
      return scope.service === target.service;
    case 'target':
      return scope.service === target.service && scope.environment === target.environment;
  }
}

/** What leaves the target as it is: who locks it wants no change, but does want it backed up. */
const HARMLESS: readonly OperationKind[] = ['backup', 'verification'];
/** What a freeze does not stand in the way of. */
const ALWAYS_THAWED: readonly OperationKind[] = ['rollback', 'restore', ...HARMLESS];

function refuseLocked(target: TargetRef, kind: OperationKind, { locks, now }: Closures): readonly Refusal[] {
  if (HARMLESS.includes(kind)) return [];
  return locks
    .filter((lock) => covers(lock.scope, target) && (lock.until === null || lock.until > now))
    .filter((lock) => lock.holder.kind === 'person')
    .map((lock) => ({ code: 'locked', target, lock }));
}

/** A freeze never stands in the way of going back, be it to a revision or to a backup. */
function refuseFrozen(target: TargetRef, kind: OperationKind, now: Date, config: Config): readonly Refusal[] {
  if (ALWAYS_THAWED.includes(kind)) return [];
  return config.freezes
    .filter((freeze) => freeze.environments.includes(target.environment))
    .filter((freeze) => new Date(freeze.from) <= now && now < new Date(freeze.to))
    .map((freeze) => ({ code: 'frozen', target, freeze: freeze.name, until: new Date(freeze.to) }));
}

/** Shipping while something burns hides what burns; going back, and saving data, never waits. */
function refuseIncident(target: TargetRef, kind: OperationKind, alert: string | null): readonly Refusal[] {
  if (alert === null || (kind !== 'deploy' && kind !== 'canary')) return [];
  return [{ code: 'critical-alert', target, alert }];
}

function refuseBusy(target: TargetRef, running: readonly Operation[]): readonly Refusal[] {
  return running.map((operation) => ({
    code: 'busy',
    target,
    operationId: operation.id,
    kind: operation.plan.kind,
    requesterId: operation.requesterId,
  }));
}
