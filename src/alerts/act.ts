import { createHash } from 'node:crypto';
import { SilenceError } from '../../integrations/alerts/silences.ts';
import type { AlertGroupView, Labels } from '../domain/alert.ts';
import type { Person } from '../domain/person.ts';
import type { Refusal } from '../domain/refusal.ts';
import { refuseAccount } from '../policy/authorise.ts';
import { holdersOf, holdsRole } from '../policy/roles.ts';
import { acknowledgeGroup, lookAgainAt } from '../store/alert-acts.ts';
import { appendEvent, hasEvent, readEvents } from '../store/alert-events.ts';
import { endSilence, insertSilence, lastingSilences } from '../store/alert-silences.ts';
import { holdSeriesOf, lockGroup, readGroupViews, touchGroup } from '../store/alerts.ts';
import { appendAudit } from '../store/audit.ts';
import { inTransaction, type Queryable } from '../store/database.ts';
import type { AlertContext, Silences } from './context.ts';
import { isOverWhenAcknowledged, resolveGroup } from './over.ts';
import { shownGroup } from './related.ts';

/** Something that a person did about a group. Working on it twice is doing it once. */
export interface AlertAct {
  readonly groupId: string;
  readonly userId: string;
  readonly deliveryId: string;
}

/** Says that somebody looks at it; null when that is recorded. */
export async function acknowledge(context: AlertContext, act: AlertAct): Promise<Refusal | null> {
  const refusal = await refuseAct(context, act, 'acknowledge');
  if (refusal !== null) return refusal;
  const at = context.clock();
  return inTransaction(context.database, async (tx) => {
    // Before the group's row, as whoever takes in alerts does.
    const series = await holdSeriesOf(tx, act.groupId);
    const group = await lockGroup(tx, act.groupId);
    if (series === null || group === null || group.resolvedAt !== null) return { code: 'alert-over' };
    const remindAt = new Date(at.getTime() + context.settings.remind);
    const { acknowledgedBy } = group;
    if (acknowledgedBy !== null && acknowledgedBy !== act.userId)
      return { code: 'acknowledged-before', by: acknowledgedBy };
    const fresh = await acknowledgeGroup(tx, { id: act.groupId, by: act.userId, at, remindAt });
    if (fresh) await record(tx, act, { at, event: { kind: 'acknowledged', by: act.userId } });
    if (isOverWhenAcknowledged(group, context.settings)) await resolveGroup(context, tx, { group, series });
    return null;
  });
}

/** Makes a silence where the alerts come from. */
export async function silence(
  context: AlertContext,
  act: AlertAct & { readonly duration: number; readonly reason: string },
): Promise<Refusal | null> {
  const refusal = await refuseAct(context, act, 'silence');
  if (refusal !== null) return refusal;
  const [view] = await readGroupViews(context.database, [act.groupId]);
  if (view === undefined || view.group.resolvedAt !== null) return { code: 'alert-over' };
  const silences = context.silences.get(view.group.source);
  if (silences === undefined)
    return { code: 'not-silenced', detail: 'No address of its API is in the config.' };
  const made = await make(context, { silences, view, act });
  if (typeof made !== 'string') return made;
  return store(context, { silenceId: made, act });
}

type SilenceAct = AlertAct & { readonly duration: number; readonly reason: string };

async function make(
  context: AlertContext,
  {
    silences,
    view,
    act,
  }: { readonly silences: Silences; readonly view: AlertGroupView; readonly act: SilenceAct },
): Promise<string | Refusal> {
  const matchers = matchersOf(view);
  if (matchers.length === 0) {
    return { code: 'not-silenced', detail: 'Its alerts have no label in common that a silence could name.' };
  }
  const person = await context.operations.people.person(act.userId);
  const from = context.clock();
  const until = new Date(from.getTime() + act.duration);
  const by = person?.name ?? act.userId;
  try {
    return await silences.create({ id: silenceKey(act), matchers, from, until, by, reason: act.reason });
  } catch (error) {
    return failure('not-silenced', error);
  }
}

function store(
  context: AlertContext,
  { silenceId, act }: { readonly silenceId: string; readonly act: SilenceAct },
): Promise<Refusal | null> {
  const { groupId, userId: by, reason, duration } = act;
  const from = context.clock();
  const until = new Date(from.getTime() + duration);
  return inTransaction(context.database, async (tx) => {
    await lockGroup(tx, groupId);
    const fresh = await insertSilence(tx, {
      id: silenceKey(act),
      groupId,
      silenceId,
      by,
      reason,
      from,
      until,
    });
    if (!fresh) return null;
    // When it ends, its message has to say so.
    await lookAgainAt(tx, groupId, until);
    const event = { kind: 'silenced', by, until: until.toISOString(), reason } as const;
    await record(tx, act, { at: from, event });
    return null;
  });
}

/** Ends every silence of the group that lasts. */
export async function endSilences(context: AlertContext, act: AlertAct): Promise<Refusal | null> {
  const refusal = await refuseAct(context, act, 'silence');
  if (refusal !== null) return refusal;
  const [view] = await readGroupViews(context.database, [act.groupId]);
  if (view === undefined) return { code: 'alert-forgotten' };
  const silences = context.silences.get(view.group.source);
  if (silences === undefined) {
    return { code: 'silence-not-ended', detail: 'No address of its API is in the config.' };
  }
  const at = context.clock();
  const lasting = await lastingSilences(context.database, act.groupId, at);
  if (lasting.length === 0) {
    return (await hasEvent(context.database, act.groupId, act.deliveryId)) ? null : { code: 'no-silence' };
  }
  try {
    for (const { silenceId } of lasting) await silences.end(silenceId);
  } catch (error) {
    return failure('silence-not-ended', error);
  }
  return inTransaction(context.database, async (tx) => {
    await lockGroup(tx, act.groupId);
    let ended = false;
    for (const { id } of lasting) ended = (await endSilence(tx, { id, at, by: act.userId })) || ended;
    if (!ended) return null;
    await lookAgainAt(tx, act.groupId, new Date(at.getTime() + context.settings.remind));
    await record(tx, act, { at, event: { kind: 'silence-ended', by: act.userId } });
    return null;
  });
}

/** Puts the story of a group into its thread. It changes nothing, so whoever is a member may ask for it. */
export async function reportIncident(context: AlertContext, act: AlertAct): Promise<Refusal | null> {
  const refusal = refuseAccount(await context.operations.people.person(act.userId));
  if (refusal !== null) return refusal;
  const [view] = await readGroupViews(context.database, [act.groupId]);
  if (view === undefined) return { code: 'alert-forgotten' };
  const { channel } = view.group;
  const channelId = await context.channelIdOf(channel);
  if (channelId === null) return { code: 'no-alert-channel', channel };
  const shown = await shownGroup(context, context.database, { view, channelId });
  const events = await readEvents(context.database, act.groupId);
  const ids = new Set([
    ...events.flatMap((event) => ('by' in event && event.by !== null ? [event.by] : [])),
    ...shown.operations.map(({ requesterId }) => requesterId),
    ...(view.group.acknowledgedBy === null ? [] : [view.group.acknowledgedBy]),
  ]);
  const people = await Promise.all([...ids].map((id) => context.operations.people.person(id)));
  const names = new Map(
    people.flatMap((person) => (person === null ? [] : [[person.id, person.name] as const])),
  );
  await inTransaction(context.database, async (tx) => {
    await lockGroup(tx, act.groupId);
    await context.messages.report(tx, { shown, events, names });
    await record(tx, act, { at: context.clock(), event: { kind: 'report-asked', by: act.userId } });
  });
  return null;
}

async function record(tx: Queryable, act: AlertAct, entry: Parameters<typeof appendEvent>[2]): Promise<void> {
  const { groupId, userId, deliveryId } = act;
  if (!(await appendEvent(tx, groupId, { ...entry, key: deliveryId }))) return;
  await touchGroup(tx, groupId);
  const { kind, ...detail } = JSON.parse(JSON.stringify(entry.event));
  await appendAudit(tx, { actor: userId, action: `alert.${kind}`, subject: groupId, detail }, entry.at);
}

async function refuseAct(
  context: AlertContext,
  act: AlertAct,
  action: 'acknowledge' | 'silence',
): Promise<Refusal | null> {
  const person: Person | null = await context.operations.people.person(act.userId);
  const account = refuseAccount(person);
  if (person === null || account !== null) return account;
  const { config } = context.operations;
  const wanted = context.settings.allow[action];
  if (holdsRole(person, wanted, config)) return null;
  return { code: 'missing-role', wanted, who: holdersOf(wanted, config), action, environment: null };
}

/** What the sender groups by names exactly this group; without that, what its alerts have in common. */
function matchersOf({
  group,
  alerts,
}: AlertGroupView): readonly { readonly name: string; readonly value: string }[] {
  const own = Object.entries(group.groupLabels);
  const chosen = own.length > 0 ? own : Object.entries(shared(alerts.map(({ labels }) => labels)));
  return chosen.filter(([, value]) => value !== '').map(([name, value]) => ({ name, value }));
}

function shared([first, ...rest]: readonly Labels[]): Labels {
  return Object.fromEntries(
    Object.entries(first ?? {}).filter(([name, value]) => rest.every((labels) => labels[name] === value)),
  );
}

function silenceKey({ deliveryId }: AlertAct): string {
  return createHash('sha256').update(deliveryId).digest('hex').slice(0, 16);
}

function failure(code: 'not-silenced' | 'silence-not-ended', error: unknown): Refusal {
  if (error instanceof SilenceError) return { code, detail: error.message };
  throw error;
}
