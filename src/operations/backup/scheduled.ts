import { createHash } from 'node:crypto';
import type { DeployTarget } from '../../../integrations/target.ts';
import { dueTime, type Schedule } from '../../domain/cron.ts';
import { SLIPWAY } from '../../domain/person.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { BackupWeek } from '../../domain/reply.ts';
import { type TargetRef, targetKey } from '../../domain/target.ts';
import { refuseClosed } from '../../policy/closures.ts';
import { countBackups } from '../../store/backups.ts';
import { inTransaction } from '../../store/database.ts';
import { openOperations } from '../../store/operations.ts';
import { claimTime, handledUntil } from '../../store/schedules.ts';
import type { OperationContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { preparePlan } from '../prepare.ts';
import { storeOperation } from '../request.ts';
import { backupsOfTarget } from './list.ts';
import { backupRules } from './retention.ts';

const WEEK = 7 * 24 * 3_600_000;
/** How late a backup may begin before people hear of it. */
const PATIENCE = 15 * 60_000;
const SUMMARY = '0 9 * * 1';

/** A target whose backups the bot makes by itself. */
interface Scheduled {
  readonly target: DeployTarget;
  readonly schedule: Schedule;
  /** Where people hear of it, by ID. */
  readonly channelId: string;
}

/** Begins every backup that is due, and tells every channel of its week when that is over. Once across replicas. */
export async function runSchedules(context: OperationContext, engine: Engine): Promise<void> {
  const all = await scheduledTargets(context);
  for (const scheduled of all) await backUpIfDue(context, engine, scheduled);
  const channels = Map.groupBy(all, ({ channelId }) => channelId);
  for (const [channelId, targets] of channels) await summariseIfDue(context, channelId, targets);
}

async function scheduledTargets(context: OperationContext): Promise<readonly Scheduled[]> {
  const found = [...context.targets.values()].map(async (target): Promise<readonly Scheduled[]> => {
    const schedule = backupRules(context, target.ref)?.schedule;
    const channel = schedule?.channel ?? context.config.slack.incidentChannel;
    if (schedule === undefined || channel === undefined) return [];
    const channelId = await context.channels.idOf(channel);
    if (channelId !== null) return [{ target, schedule, channelId }];
    context.log.error({ channel, target: targetKey(target.ref) }, 'the channel of a schedule is not found');
    return [];
  });
  return (await Promise.all(found)).flat();
}

async function backUpIfDue(context: OperationContext, engine: Engine, scheduled: Scheduled): Promise<void> {
  const { target, schedule, channelId } = scheduled;
  const { ref } = target;
  const key = `backup/${targetKey(ref)}`;
  const now = context.clock();
  const since = await handledUntil(context.database, key, now);
  const due = dueTime(schedule, since, now);
  if (due === null) return;
  const planned = await preparePlan(context, { kind: 'backup', target: ref });
  const refusals = planned.ok ? await closedNow(context, ref, now) : [planned.refusal];
  if (!planned.ok || refusals.length > 0) {
    if (now.getTime() - due.getTime() < PATIENCE) return;
    await inTransaction(context.database, (tx) =>
      context.notices.lateBackup(tx, { target: ref, due, channelId, refusals }),
    );
    return;
  }
  const id = operationId(key, due);
  const claim = { key, since, until: now };
  if (await begin(context, { id, plan: planned.value, channelId, claim, due })) await engine.start(id);
}

/** A target that is busy is backed up when it is free again. */
async function closedNow(context: OperationContext, ref: TargetRef, now: Date): Promise<readonly Refusal[]> {
  const open = await openOperations(context.database, ref);
  const running = open.filter(({ state }) => state === 'running');
  return refuseClosed(ref, 'backup', { locks: [], running, criticalAlert: null, now }, context.config);
}

async function begin(
  context: OperationContext,
  begun: {
    readonly id: string;
    readonly plan: Plan;
    readonly channelId: string;
    readonly claim: Parameters<typeof claimTime>[1];
    readonly due: Date;
  },
): Promise<boolean> {
  const { id, plan, channelId, claim, due } = begun;
  return inTransaction(context.database, async (tx) => {
    if (!(await claimTime(tx, claim))) return false;
    await storeOperation(context, tx, {
      id,
      plan,
      request: { kind: 'backup', target: plan.target },
      options: { emergency: null, reason: `due ${due.toISOString()}` },
      origin: { userId: SLIPWAY, channelId },
      gate: null,
    });
    await context.notices.lateBackup(tx, { target: plan.target, due, channelId, refusals: [] });
    return true;
  });
}

/** The same for the same time, so that it is one operation. */
function operationId(key: string, due: Date): string {
  const hash = createHash('sha256').update(`${key} ${due.toISOString()}`).digest('hex');
  return `op-${BigInt(`0x${hash.slice(0, 16)}`)
    .toString(36)
    .slice(0, 10)}`;
}

async function summariseIfDue(
  context: OperationContext,
  channelId: string,
  targets: readonly Scheduled[],
): Promise<void> {
  const key = `backup-summary/${channelId}`;
  const now = context.clock();
  const since = await handledUntil(context.database, key, now);
  const timezone = targets[0]?.schedule.timezone ?? 'UTC';
  const due = dueTime({ cron: SUMMARY, timezone }, since, now);
  if (due === null) return;
  const weeks = await Promise.all(targets.map(({ target }) => weekOf(context, target.ref, now)));
  await inTransaction(context.database, async (tx) => {
    if (!(await claimTime(tx, { key, since, until: now }))) return;
    await context.notices.backupSummary(tx, { key: `${key}/${due.toISOString()}`, channelId, weeks });
  });
}

async function weekOf(context: OperationContext, ref: TargetRef, now: Date): Promise<BackupWeek> {
  const [backups, counts] = await Promise.all([
    backupsOfTarget(context, ref),
    countBackups(context.database, ref, new Date(now.getTime() - WEEK)),
  ]);
  return { target: ref, backups, ...counts };
}
