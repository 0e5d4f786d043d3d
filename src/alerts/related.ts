import { capabilitiesOf } from '../../integrations/target.ts';
import type { Config } from '../config/schema.ts';
import { type AlertGroupView, targetsOf } from '../domain/alert.ts';
import type { Operation } from '../domain/operation.ts';
import type { OperationKind } from '../domain/plan.ts';
import { targetKey } from '../domain/target.ts';
import type { Queryable } from '../store/database.ts';
import { operationsBetween } from '../store/operations.ts';
import type { AlertContext, AlertOffers, ShownGroup } from './context.ts';

/** A group with the operations near it and what can be done about it. */
export async function shownGroup(
  context: AlertContext,
  db: Queryable,
  { view, channelId }: { readonly view: AlertGroupView; readonly channelId: string },
): Promise<ShownGroup> {
  const operations = await operationsNear(context, db, view);
  return { view, channelId, operations, offers: offersFor(context, view, operations) };
}

async function operationsNear(
  { settings, clock, operations }: AlertContext,
  db: Queryable,
  { group, alerts }: AlertGroupView,
): Promise<readonly Operation[]> {
  const began = Math.min(...alerts.map(({ startsAt }) => Date.parse(startsAt)), group.openedAt.getTime());
  const from = new Date(began - settings.deploys);
  const perTarget = targetsOf(alerts, environmentsIn(operations.config)).map((target) =>
    operationsBetween(db, target, { from, to: group.resolvedAt ?? clock() }),
  );
  return (await Promise.all(perTarget)).flat().sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

function environmentsIn({ services }: Pick<Config, 'services'>): (service: string) => readonly string[] {
  return (service) => Object.keys(services[service]?.environments ?? {});
}

/** What ships something, and so can be gone back from. */
const SHIPPING: readonly OperationKind[] = ['deploy', 'rollback', 'canary'];

/** The targets that alerts name; where they name a service alone, those of it to which something was shipped. */
function offersFor(
  { silences, operations: { targets, config } }: AlertContext,
  { group, alerts }: AlertGroupView,
  near: readonly Operation[],
): AlertOffers {
  const firing = alerts.filter(({ state }) => state === 'firing');
  const named = targetsOf(firing, () => []);
  const shipped = near
    .filter(({ plan }) => SHIPPING.includes(plan.kind))
    .map(({ plan }) => targetKey(plan.target));
  const meant = targetsOf(firing, environmentsIn(config))
    .filter((target) => !named.some((one) => targetKey(one) === targetKey(target)))
    .filter((target) => shipped.includes(targetKey(target)))
    .sort((a, b) => shipped.lastIndexOf(targetKey(b)) - shipped.lastIndexOf(targetKey(a)));
  const canGoBack = [...named, ...meant].filter((ref) => {
    const target = targets.get(targetKey(ref));
    return target !== undefined && capabilitiesOf(target).includes('rollback');
  });
  return { silence: silences.has(group.source), rollBack: canGoBack };
}
