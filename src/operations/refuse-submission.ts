import { capabilitiesOf } from '../../integrations/target.ts';
import type { Presence } from '../domain/channel.ts';
import { type Plan, planDigest } from '../domain/plan.ts';
import type { Refusal } from '../domain/refusal.ts';
import { extendedCanary, type OperationRequest } from '../domain/request.ts';
import { type Action, actionFor } from '../policy/authorise.ts';
import { refuseClosed } from '../policy/closures.ts';
import { refuseRequester } from '../policy/strangers.ts';
import type { Queryable } from '../store/database.ts';
import { readLocks } from '../store/locks.ts';
import { openOperations } from '../store/operations.ts';
import { type OperationContext, targetOf } from './context.ts';
import { unspokenAlert } from './incident.ts';
import { operationId, type Submission } from './submission.ts';

/**
 * What keeps a submission from being planned at all: roles, what its target cannot do, locks, freezes, alerts, a place
 * where nobody would see it.
 */
export async function refuseByPolicy(
  context: OperationContext,
  submission: Submission,
): Promise<readonly Refusal[]> {
  const { origin, options, requests } = submission;
  const [person, channel] = await Promise.all([
    context.people.person(origin.userId),
    context.channels.channel(origin.channelId),
  ]);
  const now = context.clock();
  const locks = await readLocks(context.database, now);
  const perRequest = requests.map(async (request): Promise<readonly Refusal[]> => {
    const { target } = request;
    const actions: readonly Action[] =
      options.emergency === null ? [actionFor(request.kind)] : [actionFor(request.kind), 'emergency'];
    const roles = actions.map((action) =>
      refuseRequester({ person, action, target, channel }, context.config),
    );
    const denied = roles.flatMap((refusal) => (refusal === null ? [] : [refusal]));
    if (denied.length > 0) return denied.slice(0, 1);
    const incapable = refuseIncapable(context, request);
    if (incapable !== null) return [incapable];
    const running = await runningOn(context.database, submission, request);
    const criticalAlert = await unspokenAlert(context, context.database, {
      options,
      target: request.target,
    });
    const closures = { locks, running, criticalAlert, now };
    return refuseClosed(request.target, request.kind, closures, context.config);
  });
  const refusals = (await Promise.all(perRequest)).flat();
  const unseen = submission.dryRun ? null : refuseUnseen(channel.presence);
  return refusals.length > 0 || unseen === null ? refusals : [unseen];
}

/** A dry run is answered to whoever asks; an operation is a message, which has to be posted. */
function refuseUnseen(presence: Presence): Refusal | null {
  return presence === 'outside' || presence === 'direct' ? { code: 'unseen', presence } : null;
}

async function runningOn(db: Queryable, submission: Submission, request: OperationRequest) {
  const own = operationId(submission.deliveryId, request);
  const open = await openOperations(db, request.target);
  const exempt = [own, extendedCanary(request)];
  return open.filter(({ id, state }) => state === 'running' && !exempt.includes(id));
}

function refuseIncapable(context: OperationContext, request: OperationRequest): Refusal | null {
  const can = capabilitiesOf(targetOf(context, request.target));
  if (extendedCanary(request) !== null || can.includes(request.kind)) return null;
  return { code: 'no-capability', target: request.target, wanted: request.kind, can };
}

/** Exactly this is waiting already: asking for it twice would be answered twice. */
export async function refuseRepeated(
  context: OperationContext,
  submission: Submission,
  plans: readonly Plan[],
): Promise<readonly Refusal[]> {
  const own = submission.requests.map((request) => operationId(submission.deliveryId, request));
  const open = await openOperations(context.database);
  return plans.flatMap((plan): readonly Refusal[] => {
    const digest = planDigest(plan);
    const same = open.find((operation) => operation.planDigest === digest && !own.includes(operation.id));
    if (same === undefined) return [];
    const { id, requesterId } = same;
    return [{ code: 'busy', target: plan.target, operationId: id, kind: plan.kind, requesterId }];
  });
}
