import { capabilitiesOf } from '../../integrations/target.ts';
import { type AlertGroupView, targetsOf } from '../domain/alert.ts';
import type { Operation } from '../domain/operation.ts';
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
  return {
    view,
    channelId,
    operations: await operationsNear(context, db, view),
    offers: offersFor(context, view),
  };
}

async function operationsNear(
  { settings, clock }: AlertContext,
  db: Queryable,
  { group, alerts }: AlertGroupView,
): Promise<readonly Operation[]> {
  const began = Math.min(...alerts.map(({ startsAt }) => Date.parse(startsAt)), group.openedAt.getTime());
  const from = new Date(began - settings.deploys);
  const perTarget = targetsOf(alerts).map((target) =>
    operationsBetween(db, target, { from, to: group.resolvedAt ?? clock() }),
  );
  return (await Promise.all(perTarget)).flat().sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

function offersFor({ silences, operations }: AlertContext, { group, alerts }: AlertGroupView): AlertOffers {
  const targets = targetsOf(alerts.filter(({ state }) => state === 'firing'));
  const canGoBack = targets.filter((ref) => {
    const target = operations.targets.get(targetKey(ref));
    return target !== undefined && capabilitiesOf(target).includes('rollback');
  });
  return { silence: silences.has(group.source), rollBack: canGoBack };
}
