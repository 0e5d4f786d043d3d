import { type AlertAct, acknowledge, endSilences, reportIncident, silence } from '../src/alerts/act.ts';
import type { AlertContext } from '../src/alerts/context.ts';
import { groupName } from '../src/domain/alert.ts';
import type { AlertAction, Delivery } from '../src/domain/delivery.ts';
import type { Refusal } from '../src/domain/refusal.ts';
import type { Reply } from '../src/domain/reply.ts';
import type { Origin } from '../src/domain/request.ts';
import { submit } from '../src/operations/submit.ts';
import { readGroupViews } from '../src/store/alerts.ts';
import { answered, type DeliveryContext } from './delivery-context.ts';

type Of<K extends Delivery['kind']> = Extract<Delivery, { kind: K }>;

/** Somebody clicked under an alert. */
export async function clickedAlert(
  context: DeliveryContext,
  delivery: Of<'button'>,
  action: AlertAction,
): Promise<void> {
  const { origin } = delivery;
  const act = actOf(delivery, action.groupId);
  switch (action.do) {
    case 'acknowledge-alert':
      return acted(context, origin, (alerts) => acknowledge(alerts, act));
    case 'silence-alert': {
      const duration = action.hours * 3_600_000;
      const reason = context.reasonOfSilence;
      return acted(context, origin, (alerts) => silence(alerts, { ...act, duration, reason }));
    }
    case 'end-silence':
      return acted(context, origin, (alerts) => endSilences(alerts, act));
    case 'incident-report':
      return acted(context, origin, (alerts) => reportIncident(alerts, act));
    case 'roll-back-target':
      return answered(context, origin, () => rollBack(context, delivery, action));
    case 'silence-form':
      // Opened while the click was received, since Slack allows three seconds for it.
      return;
  }
}

function actOf({ id, origin }: Of<'button' | 'silence'>, groupId: string): AlertAct {
  return { groupId, userId: origin.userId, deliveryId: id };
}

/** Does something about an alert, and tells the person why not if it is refused. */
async function acted(
  context: DeliveryContext,
  origin: Origin,
  act: (alerts: AlertContext) => Promise<Refusal | null>,
): Promise<void> {
  const { alerts } = context;
  const refusal: Refusal | null = alerts === null ? { code: 'alert-over' } : await act(alerts);
  if (refusal !== null) await context.answer(origin, { kind: 'refusal', refusals: [refusal] });
}

/** The normal rollback, with its approval, where everybody who looks at the alert sees it. */
async function rollBack(
  { operations, engine }: DeliveryContext,
  { id: deliveryId, origin }: Of<'button'>,
  { groupId, service, environment }: Extract<AlertAction, { do: 'roll-back-target' }>,
): Promise<Reply | null> {
  const { threadTs: _, ...inChannel } = origin;
  const [view] = await readGroupViews(operations.database, [groupId]);
  return submit(operations, engine, {
    deliveryId,
    requests: [{ kind: 'rollback', target: { service, environment }, to: null }],
    options: { emergency: null, reason: view === undefined ? groupId : groupName(view.alerts).name },
    dryRun: false,
    origin: inChannel,
  });
}

/** Somebody filled in the form of a silence. */
export function silenced(context: DeliveryContext, delivery: Of<'silence'>): Promise<void> {
  const { groupId, duration, reason, origin } = delivery;
  return acted(context, origin, (alerts) =>
    silence(alerts, { ...actOf(delivery, groupId), duration, reason }),
  );
}
