import type { ButtonAction, Delivery } from '../src/domain/delivery.ts';
import type { Operation } from '../src/domain/operation.ts';
import { accept, type Outcome, type Refusal, refuse } from '../src/domain/refusal.ts';
import type { Reply } from '../src/domain/reply.ts';
import type { OperationRequest } from '../src/domain/request.ts';
import { backupBefore } from '../src/operations/backup/way-back.ts';
import { orderCanary } from '../src/operations/canary/order.ts';
import { approve, type Decision, reject, withdraw } from '../src/operations/decide.ts';
import { stop } from '../src/operations/stop.ts';
import { submit } from '../src/operations/submit.ts';
import { findOperation } from '../src/store/operations.ts';
import { isOutage } from '../src/store/outage.ts';
import { clickedAlert, silenced } from './alert-clicks.ts';
import { carryOut } from './carry-out.ts';
import type { Command, Vocabulary } from './command.ts';
import { answered, answeredInPlace, type DeliveryContext } from './delivery-context.ts';
import { parseCommand, parseMention } from './index.ts';
import { unknownWord } from './refusals.ts';
import { place } from './understood.ts';
import { isVersion } from './words.ts';

type ResubmittingAction = Extract<ButtonAction, { do: 'plan-again' | 'roll-back' | 'restore' }>;
type Of<K extends Delivery['kind']> = Extract<Delivery, { kind: K }>;

/** Works on one delivery to its end. Doing so again changes nothing more, but may answer again. */
export async function workOn(context: DeliveryContext, delivery: Delivery): Promise<void> {
  try {
    await workOnKind(context, delivery);
  } catch (error) {
    if (!isOutage(error) && 'origin' in delivery) {
      const refusals: readonly Refusal[] = [{ code: 'fault', deliveryId: delivery.id }];
      await context.answer(delivery.origin, { kind: 'refusal', refusals });
    }
    throw error;
  }
}

async function workOnKind(context: DeliveryContext, delivery: Delivery): Promise<void> {
  switch (delivery.kind) {
    case 'command':
      return typed(context, delivery, (vocabulary) =>
        parseCommand(delivery.command, delivery.text, vocabulary),
      );
    case 'mention':
      return typed(context, delivery, (vocabulary) => parseMention(delivery.text, vocabulary));
    case 'form':
      return parsed(context, delivery, commandOf(delivery));
    case 'reaction':
      return reacted(context, delivery);
    case 'button':
      return clicked(context, delivery);
    case 'silence':
      return silenced(context, delivery);
  }
}

async function typed(
  context: DeliveryContext,
  delivery: Of<'command' | 'mention'>,
  parse: (vocabulary: Vocabulary) => Outcome<Command>,
): Promise<void> {
  return parsed(context, delivery, parse(await context.vocabulary(delivery.origin.channelId)));
}

async function parsed(
  context: DeliveryContext,
  delivery: Of<'command' | 'mention' | 'form'>,
  command: Outcome<Command>,
): Promise<void> {
  if (command.ok) return obey(context, delivery, command.value);
  await context.answer(delivery.origin, { kind: 'refusal', refusals: [command.refusal] });
}

async function obey(
  context: DeliveryContext,
  delivery: Of<'command' | 'mention' | 'form'>,
  command: Command,
): Promise<void> {
  const { origin, id: deliveryId } = delivery;
  const order = { command, deliveryId, origin };
  await answeredInPlace(context, origin, () => carryOut(context.operations, context.engine, order));
}

/** What the form asks for. Its menus were checked when it came in; its version is whatever somebody typed. */
function commandOf({ service, environment, version, reason }: Of<'form'>): Outcome<Command> {
  if (!isVersion(version)) {
    const understood = place({ service, environment });
    return refuse(unknownWord({ role: 'version', word: version, understood }));
  }
  return accept({
    name: 'deploy',
    targets: [{ service, environment }],
    version,
    dryRun: false,
    options: { emergency: null, reason },
  });
}

async function reacted(context: DeliveryContext, delivery: Of<'reaction'>): Promise<void> {
  const { userId, channelId, messageTs, reaction, change } = delivery;
  const { reactions, operations, engine } = context;
  if (reaction !== reactions.approve && reaction !== reactions.reject) return;
  const operationId = await context.operationAt({ channelId, ts: messageTs });
  if (operationId === null) return;
  const decision: Decision = {
    operationId,
    userId,
    via: 'reaction',
    planDigest: null,
    at: new Date(delivery.at),
  };
  if (change === 'removed') {
    if (reaction === reactions.approve) await withdraw(operations, engine, decision);
    return;
  }
  if (reaction === reactions.approve && !(await stillApproves(context, decision))) return;
  const decide = reaction === reactions.approve ? approve : reject;
  const refusal = await decide(operations, engine, decision);
  // People react to what is over, too; only a reaction that was meant to decide is answered.
  if (refusal === null || refusal.code === 'not-waiting') return;
  await context.answer({ userId, channelId }, { kind: 'refusal', refusals: [refusal] });
}

/** Slack repeats events it could not deliver after minutes: by then the reaction may be gone again. */
async function stillApproves(
  { readReactions }: DeliveryContext,
  { operationId, userId }: Decision,
): Promise<boolean> {
  const standing = await readReactions(operationId);
  return standing?.approve.includes(userId) ?? false;
}

async function clicked(context: DeliveryContext, delivery: Of<'button'>): Promise<void> {
  const { action, origin } = delivery;
  if ('groupId' in action) return clickedAlert(context, delivery, action);
  switch (action.do) {
    case 'plan-again':
    case 'roll-back':
    case 'restore':
      return answered(context, origin, () => resubmit(context, delivery, action));
    case 'promote':
    case 'abort':
      return answered(context, origin, () => tellCanary(context, delivery, action));
    case 'approve':
    case 'reject':
      return decided(context, delivery, action);
    case 'stop':
      return stopped(context, delivery, action.operationId);
    case 'cancel':
      return decided(context, delivery, { ...action, planDigest: null });
  }
}

async function decided(
  context: DeliveryContext,
  delivery: Of<'button'>,
  action: Pick<Decision, 'operationId' | 'planDigest'> & { readonly do: 'approve' | 'reject' | 'cancel' },
): Promise<void> {
  const { origin } = delivery;
  const { operations, engine } = context;
  const { operationId, planDigest } = action;
  const decision: Decision = {
    operationId,
    userId: origin.userId,
    via: 'button',
    planDigest,
    at: new Date(delivery.at),
  };
  const decide = action.do === 'approve' ? approve : reject;
  const refusal = await decide(operations, engine, decision);
  if (refusal !== null) await context.answer(origin, { kind: 'refusal', refusals: [refusal] });
}

async function stopped(
  context: DeliveryContext,
  { id: deliveryId, origin }: Of<'button'>,
  operationId: string,
): Promise<void> {
  const refusal = await stop(context.operations, { operationId, deliveryId, origin });
  if (refusal !== null) await context.answer(origin, { kind: 'refusal', refusals: [refusal] });
}

function requestOf({ do: what }: ResubmittingAction, operation: Operation): OperationRequest {
  const { target, from } = operation.plan;
  switch (what) {
    case 'plan-again':
      return operation.request;
    case 'roll-back':
      return { kind: 'rollback', target, to: from?.revision ?? null };
    case 'restore':
      return { kind: 'restore', target, backup: backupBefore(operation.id, operation.plan)?.backup ?? '' };
  }
}

/** The same as the command, for the canary of that message and no other. */
async function tellCanary(
  { operations, engine }: DeliveryContext,
  { id: deliveryId, origin }: Of<'button'>,
  { do: kind, operationId }: Extract<ButtonAction, { do: 'promote' | 'abort' }>,
): Promise<Reply | null> {
  const instruction = kind === 'abort' ? { kind, reason: null } : { kind };
  return orderCanary(operations, engine, { which: { operationId }, instruction, deliveryId, origin });
}

/** Asks anew, as the person who clicked; an emergency is never repeated by a click. */
async function resubmit(
  context: DeliveryContext,
  delivery: Of<'button'>,
  action: ResubmittingAction,
): Promise<Reply | null> {
  const { operations, engine } = context;
  const operation = await findOperation(operations.database, action.operationId);
  if (operation === null) {
    const refusal: Refusal = { code: 'not-waiting', operationId: action.operationId, state: 'unknown' };
    return { kind: 'refusal', refusals: [refusal] };
  }
  const request = requestOf(action, operation);
  const options = { emergency: null, reason: operation.options.reason };
  const { origin, id: deliveryId } = delivery;
  return submit(operations, engine, { deliveryId, requests: [request], options, dryRun: false, origin });
}
