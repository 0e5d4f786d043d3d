import { createHash } from 'node:crypto';
import type { DeployTarget } from '../../../integrations/target.ts';
import { dueTime, type Schedule } from '../../domain/cron.ts';
import { SLIPWAY } from '../../domain/person.ts';
import type { Plan } from '../../domain/plan.ts';
import { type Outcome, type Refusal, refuse } from '../../domain/refusal.ts';
import type { BackupWeek } from '../../domain/reply.ts';
import { type TargetRef, targetKey } from '../../domain/target.ts';
import { refuseClosed } from '../../policy/closures.ts';
import { countBackups } from '../../store/backups.ts';
import { inTransaction } from '../../store/database.ts';
import { openOperations, recentOperations } from '../../store/operations.ts';
import { claimTime, handledUntil } from '../../store/schedules.ts';
import type { OperationContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { preparePlan } from '../prepare.ts';
import { storeOperation } from '../store-operation.ts';
import { backupsOfTarget } from './list.ts';
import { backupRules } from './retention.ts';

const WEEK = 7 * 24 * 3_600_000;
/** How late a backup may begin before people hear of it. */
const PATIENCE = 15 * 60_000;
/** How many operations of a target are looked through for the last scheduled backup. */
const LOOKED_BACK = 50;
const SUMMARY = '0 9 * * 1';

/** A target whose backups the bot makes by itself. */
interface Scheduled {
  readonly target: DeployTarget;
  readonly schedule: Schedule;
  /** Where people hear of it, by ID. */
  readonly channelId: string;
  /** The channel that the config names for it, where that could not be found. */
  readonly lostChannel: string | null;
}

/** Begins every backup that is due, and tells every channel of its week when that is over. Once across replicas. */
export async function runSchedules(context: OperationContext, engine: Engine): Promise<void> {
  const all = await scheduledTargets(context);
  for (const scheduled of all) {
    await alone(context, targetKey(scheduled.target.ref), () => backUpIfDue(context, engine, scheduled));
  }
  const channels = Map.groupBy(all, ({ channelId }) => channelId);
  for (const [channelId, targets] of channels) {
    await alone(context, channelId, () => summariseIfDue(context, channelId, targets));
  }
}

/** What is wrong with one of them keeps no other from its turn. */
async function alone(context: OperationContext, schedule: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (err) {
    context.log.error({ err, schedule }, 'a schedule could not be followed; it is tried again');
  }
}

async function scheduledTargets(context: OperationContext): Promise<readonly Scheduled[]> {
  const found = [...context.targets.values()].map(async (target): Promise<readonly Scheduled[]> => {
    const schedule = backupRules(context, target.ref)?.schedule;
    const { incidentChannel } = context.config.slack;
    const channel = schedule?.channel ?? incidentChannel;
    if (schedule === undefined || channel === undefined) return [];
    const channelId = await findChannel(context, channel);
    if (channelId !== null) return [{ target, schedule, channelId, lostChannel: null }];
    // Without any channel it is backed up all the same: that nobody hears of it is the smaller harm.
    const other = incidentChannel === undefined ? null : await findChannel(context, incidentChannel);
    return [{ target, schedule, channelId: other ?? channel, lostChannel: channel }];
  });
  return (await Promise.all(found)).flat();
}

/** Null where there is none of that name, or Slack does not say. */
async function findChannel(context: OperationContext, channel: string): Promise<string | null> {
  const id = await context.channels.idOf(channel).catch((err: unknown) => {
    context.log.warn({ err, channel }, 'Slack did not say which channel that is');
    return null;
  });
  if (id === null) context.log.error({ channel }, 'the channel of a schedule is not found');
  return id;
}

async function backUpIfDue(context: OperationContext, engine: Engine, scheduled: Scheduled): Promise<void> {
  const { target, schedule, channelId, lostChannel } = scheduled;
  const { ref } = target;
  const key = `backup/${targetKey(ref)}`;
  const now = context.clock();
  const since = await handledUntil(context.database, key, now);
  const due = dueTime(schedule, since, now) ?? (await turnedAway(context, ref));
  if (due === null) return;
  const planned = await planAnyway(context, ref);
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
  const reason = `due ${due.toISOString()}${lostChannel === null ? '' : `; ${lostChannel} was not found`}`;
  if (await begin(context, { id, plan: planned.value, channelId, claim, due, reason }))
    await engine.start(id);
}

/** What an integration throws that is no error of a target is one to those who wait for the backup. */
async function planAnyway(context: OperationContext, target: TargetRef): Promise<Outcome<Plan>> {
  try {
    return await preparePlan(context, { kind: 'backup', target });
  } catch (err) {
    context.log.error({ err, target: targetKey(target) }, 'a scheduled backup could not be planned');
    const detail = err instanceof Error ? err.message : String(err);
    return refuse({ code: 'target-error', target, problem: 'invalid', detail });
  }
}

/**
 * When the last one was asked for that came to nothing because something else had begun in that moment: it is
 * still owed. Null when none is.
 */
async function turnedAway(context: OperationContext, target: TargetRef): Promise<Date | null> {
  const operations = await recentOperations(context.database, { ...target, limit: LOOKED_BACK });
  const last = operations.find(({ plan, requesterId }) => plan.kind === 'backup' && requesterId === SLIPWAY);
  if (last?.outcome?.code !== 'refused') return null;
  return last.outcome.refusals.every(({ code }) => code === 'busy') ? last.createdAt : null;
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
    readonly reason: string;
  },
): Promise<boolean> {
  const { id, plan, channelId, claim, due, reason } = begun;
  return inTransaction(context.database, async (tx) => {
    if (!(await claimTime(tx, claim))) return false;
    await storeOperation(context, tx, {
      id,
      plan,
      request: { kind: 'backup', target: plan.target },
      options: { emergency: null, reason },
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
