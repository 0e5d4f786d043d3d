import { TargetError } from '../../integrations/target.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Blocker, TargetStatus } from '../domain/reply.ts';
import type { TargetRef } from '../domain/target.ts';
import { covers, refuseClosed } from '../policy/closures.ts';
import { holdersOf } from '../policy/roles.ts';
import { firingAlerts } from '../store/alerts.ts';
import { readLocks } from '../store/locks.ts';
import { openOperations, readView, recentOperations } from '../store/operations.ts';
import { backupsOfTarget } from './backup/list.ts';
import { type OperationContext, targetOf } from './context.ts';

type StatusContext = Pick<OperationContext, 'database' | 'config' | 'targets' | 'clock' | 'alerts'>;

/** What the targets of a service, an environment, or all of them are doing now. */
export async function readStatus(
  context: StatusContext,
  filter: { readonly service: string | null; readonly environment: string | null },
): Promise<readonly TargetStatus[]> {
  const refs = [...context.targets.values()]
    .map((target) => target.ref)
    .filter((ref) => filter.service === null || ref.service === filter.service)
    .filter((ref) => filter.environment === null || ref.environment === filter.environment);
  return Promise.all(refs.map((ref) => targetStatus(context, ref)));
}

async function targetStatus(context: StatusContext, target: TargetRef): Promise<TargetStatus> {
  const { database } = context;
  const [live, recent, open, locks, backups] = await Promise.all([
    readLive(context, target),
    recentOperations(database, { ...target, limit: 10 }),
    openOperations(database, target),
    readLocks(database, context.clock()),
    backupsOfTarget(context, target),
  ]);
  const views = await Promise.all(open.map((operation) => readView(database, operation.id)));
  return {
    target,
    live,
    last: recent.find((operation) => operation.endedAt !== null) ?? null,
    open: views.flatMap((view) => (view === null ? [] : [view])),
    locks: locks.filter((lock) => covers(lock.scope, target)),
    alerts: await firingAlerts(database, target),
    backups,
  };
}

async function readLive(context: StatusContext, ref: TargetRef): Promise<TargetStatus['live']> {
  try {
    return { known: true, state: await targetOf(context, ref).inspect() };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { known: false, problem: error.problem, detail: error.message };
  }
}

/** Everything that keeps a target from being deployed to now, and who can clear it. */
export async function readBlockers(context: StatusContext, target: TargetRef): Promise<readonly Blocker[]> {
  const now = context.clock();
  const [locks, open] = await Promise.all([
    readLocks(context.database, now),
    openOperations(context.database, target),
  ]);
  const running = open.filter((operation) => operation.state === 'running');
  const criticalAlert = await context.alerts.critical(context.database, target, null);
  const closed = refuseClosed(target, 'deploy', { locks, running, criticalAlert, now }, context.config);
  const waiting = open.filter((operation) => operation.state === 'awaiting-approval');
  return [
    ...closed.map((refusal) => ({ refusal, clearedBy: whoClears(context, target, refusal) })),
    ...waiting.map((operation) => ({
      refusal: { code: 'awaiting-approval', target, operationId: operation.id } as const,
      clearedBy: holdersOf(operation.plan.approval.approvers, context.config),
    })),
  ];
}

function whoClears(context: StatusContext, target: TargetRef, refusal: Refusal): readonly string[] {
  if (refusal.code === 'busy' || refusal.code === 'critical-alert') return [];
  return holdersOf(context.config.environments[target.environment]?.allow.lock ?? [], context.config);
}
