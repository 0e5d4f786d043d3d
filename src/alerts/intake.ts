import { createHash } from 'node:crypto';
import { alertSource } from '../../integrations/alerts/kinds.ts';
import type { AlertsConfig } from '../config/alerts.ts';
import type { Config } from '../config/schema.ts';
import {
  type AlertGroup,
  type AlertGroupView,
  type AlertNotification,
  isSilenced,
  isWorse,
  type PlacedReport,
  worstFiring,
} from '../domain/alert.ts';
import type { Webhook, WebhookAnswer } from '../http/webhooks.ts';
import { type KnownAlert, LATEST_DELIVERY, type Merged, mergeReport } from '../policy/alert-merge.ts';
import { channelFor, placeReport } from '../policy/alert-place.ts';
import { appendEvent } from '../store/alert-events.ts';
import {
  holdSeries,
  insertGroup,
  knownAlerts,
  newestGroup,
  putAlerts,
  readGroupViews,
  reopenGroup,
  settleGroup,
} from '../store/alerts.ts';
import { type Database, inTransaction, type Queryable } from '../store/database.ts';
import { createTurns } from './turns.ts';

/** Webhooks that are stored at once: a storm leaves connections to the database for commands and for telling it. */
const AT_ONCE = 4;

/** What calls about alerts are taken in with. */
export interface IntakeContext {
  readonly database: Database;
  readonly config: Config;
  readonly clock: () => Date;
  /** Something is to be told; `critical` are the services for which a critical alert has begun to fire. */
  readonly changed: (news: { readonly critical: readonly PlacedReport[] }) => void;
}

/** A webhook for each source of the config. Whatever it answers with 200 is stored. */
export function alertWebhooks(
  context: IntakeContext,
  secretOf: (webhook: string) => string | null,
): readonly Webhook[] {
  const { alerts } = context.config;
  if (alerts === undefined) return [];
  const inTurn = createTurns(AT_ONCE);
  return Object.entries(alerts.sources).map(([name, config]) => {
    const source = alertSource(config);
    return {
      name,
      authentication: source.authentication,
      secret: secretOf(name),
      accept: async ({ body }): Promise<WebhookAnswer> => {
        const read = source.read(body, context.clock());
        if (!read.ok) return { kind: 'malformed', reason: read.reason };
        return inTurn(() => takeIn(context, { source: name, notification: read.notification, alerts }));
      },
    };
  });
}

/** Reports that go to one channel under one group key. */
export interface Part {
  readonly series: string;
  readonly source: string;
  readonly channel: string;
  readonly notification: AlertNotification;
  readonly reports: readonly PlacedReport[];
}

async function takeIn(
  context: IntakeContext,
  call: { readonly source: string; readonly notification: AlertNotification; readonly alerts: AlertsConfig },
): Promise<WebhookAnswer> {
  const parts = partsOf(context, call);
  const begun = await inTransaction(context.database, async (tx) => {
    const all: (readonly PlacedReport[] | null)[] = [];
    for (const part of parts) all.push(await storePart(context, tx, { part, alerts: call.alerts }));
    return all;
  });
  if (begun.every((firing) => firing === null)) return { kind: 'duplicate' };
  const critical = begun.flatMap((firing) => firing ?? []).filter(({ severity }) => severity === 'critical');
  context.changed({ critical });
  return { kind: 'stored' };
}

/** Always in the same order, so that two calls never wait for each other. */
function partsOf(
  { config }: IntakeContext,
  call: { readonly source: string; readonly notification: AlertNotification; readonly alerts: AlertsConfig },
): readonly Part[] {
  const { source, notification, alerts } = call;
  const placed = notification.reports.map((report) => placeReport(report, alerts, config));
  const byChannel = Map.groupBy(placed, ({ labels }) => channelFor(labels, alerts, config) ?? '');
  return [...byChannel]
    .filter(([channel]) => channel !== '')
    .map(([channel, reports]) => {
      const series = hash([source, notification.groupKey, channel]);
      return { series, source, channel, notification, reports: newestOf(reports) };
    })
    .sort((a, b) => (a.series < b.series ? -1 : 1));
}

/** One call may name an alert twice; then what merging them would give counts. */
function newestOf(reports: readonly PlacedReport[]): readonly PlacedReport[] {
  const byName = new Map<string, PlacedReport>();
  for (const report of reports) {
    const other = byName.get(report.fingerprint);
    const later = other === undefined ? 1 : Date.parse(report.startsAt) - Date.parse(other.startsAt);
    if (later > 0 || (later === 0 && report.state === 'resolved')) byName.set(report.fingerprint, report);
  }
  return [...byName.values()];
}

/** Stores one part; null if it says nothing new, else the alerts that have begun to fire. */
export async function storePart(
  context: Pick<IntakeContext, 'clock'>,
  tx: Queryable,
  { part, alerts }: { readonly part: Part; readonly alerts: AlertsConfig },
): Promise<readonly PlacedReport[] | null> {
  const now = context.clock();
  const { mayResume } = part.notification;
  await holdSeries(tx, part.series);
  const known = await knownAlerts(
    tx,
    part.series,
    part.reports.map(({ fingerprint }) => fingerprint),
  );
  const merged = part.reports.map((report) =>
    mergeReport(known.get(report.fingerprint) ?? null, report, { now, mayResume }),
  );
  const changes = merged.flatMap((change) => (change.change === 'unchanged' ? [] : [change]));
  if (changes.length === 0) return null;
  await storeChanges(tx, { part, changes, now, remind: alerts.remind });
  return changes.filter(({ change }) => change === 'firing').map(({ alert }) => alert);
}

type Change = Exclude<Merged, { change: 'unchanged' }>;

async function storeChanges(
  tx: Queryable,
  what: {
    readonly part: Part;
    readonly changes: readonly Change[];
    readonly now: Date;
    readonly remind: number;
  },
): Promise<void> {
  const { part, changes, now, remind } = what;
  const remindAt = new Date(now.getTime() + remind);
  const fires = changes.some(({ change }) => change === 'firing');
  const newest = await newestGroup(tx, part.series);
  const mine = newest !== null && !isPast(newest.group, now) ? newest.group : null;
  // What was resolved for so long is another incident when it fires again, with a message of its own.
  const begins = mine === null && (fires || newest === null);
  const groupId = begins ? groupIdOf(part.series, (newest?.number ?? 0) + 1) : (mine ?? newest?.group)?.id;
  if (groupId === undefined) throw new Error(`no group for ${part.series}`);
  if (begins) await begin(tx, { part, groupId, number: (newest?.number ?? 0) + 1, now, remindAt, fires });
  const [before] = mine?.resolvedAt === null ? await readGroupViews(tx, [mine.id]) : [];
  await putAlerts(
    tx,
    { groupId, series: part.series },
    changes.map(({ alert }) => alert),
  );
  const was = begins ? (fires ? 'new' : 'over') : mine?.resolvedAt === null ? 'open' : 'over';
  const is = await settleGroup(tx, { groupId, at: now, truncated: part.notification.truncated });
  if (was === 'over' && is === 'open') await reopenGroup(tx, groupId, remindAt);
  await tellChanges(tx, { groupId, changes, now, was, is });
  if (before !== undefined) await reopenIfWorse(tx, { before, now, remindAt });
}

/** What somebody acknowledged or silenced was not this bad: it needs somebody again. */
async function reopenIfWorse(
  tx: Queryable,
  { before, now, remindAt }: { readonly before: AlertGroupView; readonly now: Date; readonly remindAt: Date },
): Promise<void> {
  const { id, acknowledgedBy } = before.group;
  if (acknowledgedBy === null && !isSilenced(before, now)) return;
  const [after] = await readGroupViews(tx, [id]);
  const severity = worstFiring(after?.alerts ?? []);
  if (severity === null || !isWorse(severity, worstFiring(before.alerts))) return;
  await reopenGroup(tx, id, remindAt);
  await appendEvent(tx, id, { at: now, event: { kind: 'worse', severity, acknowledgedBy } });
}

function begin(
  tx: Queryable,
  what: {
    readonly part: Part;
    readonly groupId: string;
    readonly number: number;
    readonly now: Date;
    readonly remindAt: Date;
    readonly fires: boolean;
  },
): Promise<void> {
  const { part, groupId, number, now, remindAt, fires } = what;
  const { series, source, channel, notification } = part;
  const { groupKey, groupLabels } = notification;
  return insertGroup(tx, {
    id: groupId,
    series,
    number,
    source,
    groupKey,
    groupLabels,
    channel,
    openedAt: now,
    resolvedAt: fires ? null : now,
    remindAt,
  });
}

/** The record, which the thread and the incident report are made of. */
async function tellChanges(
  tx: Queryable,
  what: {
    readonly groupId: string;
    readonly changes: readonly Change[];
    readonly now: Date;
    readonly was: 'new' | 'open' | 'over';
    readonly is: 'open' | 'over';
  },
): Promise<void> {
  const { groupId, changes, now, was, is } = what;
  const names = (kind: Change['change']) =>
    changes.filter(({ change }) => change === kind).map(({ alert }) => describe(alert));
  const firing = names('firing');
  const resolved = names('resolved');
  const tell = (event: Parameters<typeof appendEvent>[2]['event']) =>
    appendEvent(tx, groupId, { at: now, event });
  if (was === 'new') await tell({ kind: 'opened' });
  else if (firing.length > 0) await tell({ kind: was === 'over' ? 'again' : 'joined', names: firing });
  if (resolved.length > 0 && is === 'open') await tell({ kind: 'resolved', names: resolved });
  if (is === 'over' && was !== 'over') await tell({ kind: 'all-resolved' });
}

/** An alert in a list: its name, and what tells it apart. */
function describe({ name, labels }: KnownAlert): string {
  const where = labels.instance ?? labels.pod ?? labels.job;
  return where === undefined ? name : `${name} (${where})`;
}

function isPast({ resolvedAt }: AlertGroup, now: Date): boolean {
  return resolvedAt !== null && now.getTime() - resolvedAt.getTime() > LATEST_DELIVERY;
}

function groupIdOf(series: string, number: number): string {
  return `al-${BigInt(`0x${hash([series, String(number)]).slice(0, 16)}`)
    .toString(36)
    .slice(0, 10)}`;
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
