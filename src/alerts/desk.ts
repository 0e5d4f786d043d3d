import { type AlertGroupView, severityOf } from '../domain/alert.ts';
import { groupsToTell, isDue, markTold, untoldOperations } from '../store/alert-desk.ts';
import { appendEvent, takeUntoldEvents } from '../store/alert-events.ts';
import { endSilence } from '../store/alert-silences.ts';
import { lockGroup, readGroupViews, touchGroup } from '../store/alerts.ts';
import { inTransaction, type Queryable } from '../store/database.ts';
import { readView } from '../store/operations.ts';
import type { AlertContext, ShownGroup } from './context.ts';
import { shownGroup } from './related.ts';
import { digestStorms, releaseGroups, settleStorms } from './storms.ts';
import { channelToTell, nothingWaits, tellOrWait, type Waiting } from './waiting.ts';

/** Milliseconds that a new group waits for others, so that a storm is one message from its beginning. */
const GATHER = 400;
const AT_ONCE = 200;

/**
 * Brings what Slack is to say of alerts up to what is known of them. Idempotent, and done by any replica: each
 * group is told in a transaction that holds its row. What cannot be told waits, and is no reason for others to wait;
 * `waiting` is what could not at the last look.
 */
export async function tellAlerts(
  context: AlertContext,
  waiting: Waiting = nothingWaits(),
): Promise<'more' | 'nothing'> {
  const channelIdOf = (channel: string) => channelToTell(context, channel, waiting);
  const look = { ...context, channelIdOf };
  for (const channel of waiting.channels) await channelIdOf(channel);
  const tell = (group: GroupToTell) => tellOrWait(look, group.id, waiting, () => tellGroup(look, group));
  await recordOperations(look);
  await settleStorms(look);
  let later = (await digestStorms(look)) === 'later';
  const untold = await groupsToTell(look.database, {
    now: look.clock(),
    limit: AT_ONCE,
    without: [...waiting.channels],
  });
  later = later || untold.length === AT_ONCE;
  for (const group of untold) later = (await tell({ ...group, released: false })) || later;
  await releaseGroups(look, (group) => tell({ ...group, released: true }));
  return later ? 'more' : 'nothing';
}

/** What was done to an alert's service since stands in its record, and in its thread. */
async function recordOperations(context: AlertContext): Promise<void> {
  for (const { groupId, operationId, state } of await untoldOperations(context.database, context.clock())) {
    await inTransaction(context.database, async (tx) => {
      await lockGroup(tx, groupId);
      const event = { kind: 'operation', operationId, state } as const;
      const key = `operation/${operationId}/${state}`;
      if (await appendEvent(tx, groupId, { at: context.clock(), event, key })) await touchGroup(tx, groupId);
    });
  }
}

interface GroupToTell {
  readonly id: string;
  readonly version: number;
  readonly released: boolean;
}

/** True if it has to be told a little later. */
async function tellGroup(context: AlertContext, { id, version, released }: GroupToTell): Promise<boolean> {
  const [before] = await readGroupViews(context.database, [id]);
  if (before === undefined) return false;
  const channelId = await context.channelIdOf(before.group.channel);
  if (channelId === null) return false;
  return inTransaction(context.database, async (tx) => {
    await lockGroup(tx, id);
    const remindAt = await lookAtTimes(context, tx, id);
    const [view] = await readGroupViews(tx, [id]);
    if (view === undefined) return false;
    const how = howToTell(context, view, released);
    if (how === 'later') return true;
    if (how === 'message') await putMessages(context, tx, await shownGroup(context, tx, { view, channelId }));
    await markTold(tx, { id, version, posted: how === 'message', remindAt });
    return false;
  });
}

/** A message of its own; nothing beside the digest of its storm; or a little later, for others may be coming. */
function howToTell(
  { clock }: AlertContext,
  { group, alerts }: AlertGroupView,
  released: boolean,
): 'message' | 'nothing' | 'later' {
  if (group.posted) return 'message';
  if (alerts.length === 0) return 'nothing';
  if (severityOf(alerts) === 'critical') return 'message';
  if (group.stormId !== null) return released && group.resolvedAt === null ? 'message' : 'nothing';
  return clock().getTime() - group.openedAt.getTime() < GATHER ? 'later' : 'message';
}

async function putMessages(context: AlertContext, tx: Queryable, shown: ShownGroup): Promise<void> {
  const { group } = shown.view;
  await context.messages.group(tx, shown);
  const events = await takeUntoldEvents(tx, group.id);
  // What happened before it had a message, its first one shows.
  if (group.posted) for (const event of events) await context.messages.line(tx, { shown, event });
  await tellOperations(context, tx, shown);
}

/** The alert stands in the thread of every operation that may have to do with it, once. */
async function tellOperations(context: AlertContext, tx: Queryable, shown: ShownGroup): Promise<void> {
  const { group, alerts } = shown.view;
  for (const { id } of shown.operations) {
    const view = await readView(tx, id);
    if (view === null || view.operation.startedAt === null) continue;
    const [first] = alerts;
    if (first === undefined) continue;
    await context.operations.messages.line(tx, {
      view,
      key: `alert/${group.id}`,
      line: { kind: 'alert', severity: first.severity, name: first.name, at: group.openedAt.toISOString() },
    });
  }
}

/** Ends silences whose time is over, and reminds; when to look again, or null if it is not time. */
async function lookAtTimes(context: AlertContext, tx: Queryable, id: string): Promise<Date | null> {
  const now = context.clock();
  if (!(await isDue(tx, id, now))) return null;
  const [view] = await readGroupViews(tx, [id]);
  if (view === undefined) return null;
  const lasting = view.silences.filter(({ until }) => until > now);
  for (const { id: silence, until, endedBy } of view.silences) {
    if (until > now || endedBy !== null) continue;
    if (await endSilence(tx, { id: silence, at: until, by: null })) {
      await appendEvent(tx, id, { at: until, event: { kind: 'silence-ended', by: null } });
    }
  }
  const again = new Date(now.getTime() + context.settings.remind);
  if (lasting.length > 0) return new Date(Math.max(...lasting.map(({ until }) => until.getTime())));
  const { acknowledgedBy } = view.group;
  if (view.group.posted) await appendEvent(tx, id, { at: now, event: { kind: 'reminder', acknowledgedBy } });
  return again;
}
