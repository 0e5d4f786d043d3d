import type { Operation, OperationOutcome, OperationState } from '../domain/operation.ts';
import { type Person, SLIPWAY } from '../domain/person.ts';
import type { Plan } from '../domain/plan.ts';
import { planDifferences, planDigest } from '../domain/plan.ts';
import type { Outcome, Refusal, TargetProblem } from '../domain/refusal.ts';
import { extendedCanary } from '../domain/request.ts';
import { reminderLead, type Tally, tally } from '../policy/approvals.ts';
import { actionFor, type ChannelRef } from '../policy/authorise.ts';
import { refuseClosed } from '../policy/closures.ts';
import { holdersOf } from '../policy/roles.ts';
import { refuseRequester } from '../policy/strangers.ts';
import { readApprovals } from '../store/approvals.ts';
import { appendAudit } from '../store/audit.ts';
import type { Queryable } from '../store/database.ts';
import { recordGate } from '../store/gates.ts';
import { readLocks } from '../store/locks.ts';
import { findOperation, holdTarget, moveOperation, openOperations } from '../store/operations.ts';
import { deletesHeld } from './backup/retention.ts';
import { overtakenBy } from './canary/extension.ts';
import { type Change, changeOperation } from './change.ts';
import type { OperationContext } from './context.ts';
import { unspokenAlert } from './incident.ts';
import { preparePlan } from './prepare.ts';
import { type Gate, readGate } from './source/gate.ts';

/** Where an operation that waited for approval stands after a look at it. */
export type Dispatch =
  | { readonly next: 'run' }
  | { readonly next: 'end' }
  /** Epoch milliseconds at which to look again, unless somebody decides before. */
  | { readonly next: 'wait'; readonly until: number };

/** Milliseconds between two looks at checks that are still running. */
const LOOK_AT_CHECKS = 10_000;
/** How long to wait before asking again a target that could not be asked. */
const ASK_AGAIN = 5_000;
/** What a target may say that will not be so in a while. */
const PASSING_PROBLEMS: readonly TargetProblem[] = ['unavailable', 'timeout', 'quota'];

/**
 * Looks whether the operation may begin: enough approvals that count now, for a plan that is still the
 * plan. Idempotent: an operation that began or ended stays so.
 */
export async function dispatch(context: OperationContext, operationId: string): Promise<Dispatch> {
  const operation = await findOperation(context.database, operationId);
  if (operation === null) throw new Error(`operation ${operationId} is not stored`);
  if (operation.state !== 'awaiting-approval') return settled(operation.state);
  const overtaken = await overtakenBy(context, operation);
  if (overtaken !== null) return end(context, operation, 'voided', overtaken);
  const gate = await lookAtGate(context, operation);
  if (gate.next === 'refuse') {
    return end(context, operation, 'refused', { code: 'refused', refusals: [gate.refusal] });
  }
  const voters = await whoDecided(context, operation);
  const { missing } = await count(context, context.database, operation, voters.people);
  if (isExpired(operation, context.clock()))
    return end(context, operation, 'expired', expired(missing, gate));
  if (missing > 0) return soonest(await waitForApproval(context, operation, voters), gate, context.clock());
  if (gate.next === 'wait') return soonest(untilExpiry(operation), gate, context.clock());
  const current = await preparePlan(context, operation.request, operation.plan);
  // Planning takes its time: whoever lost a role meanwhile does not count any more.
  const { people } = await whoDecided(context, operation);
  const requester = people.get(operation.requesterId);
  if (requester === undefined && operation.requesterId !== SLIPWAY) {
    return askAgain(context, operation, 'Slack does not say who asked for it.');
  }
  return begin(context, { operation, people, requester: requester ?? null, current });
}

/** Whether the checks allow it, and which ones are still running. */
type GateLook =
  | { readonly next: 'open' }
  | { readonly next: 'wait'; readonly pending: readonly string[] }
  | Extract<Gate, { next: 'refuse' }>;

/**
 * How the checks of the commit stand now, told in the message when that changed. Failed is a no; a code host
 * that does not answer is asked again, and nothing begins on that.
 */
async function lookAtGate(context: OperationContext, operation: Operation): Promise<GateLook> {
  if (operation.plan.checks === undefined || operation.options.emergency !== null) return { next: 'open' };
  const gate = await readGate(context, operation.plan);
  const { view } = gate;
  if (view === null) return { next: 'open' };
  await changeOperation(context, operation.id, async ({ tx }) => recordGate(tx, operation.id, view));
  if (view.state === 'unread') return { next: 'wait', pending: [] };
  return gate.next === 'wait' ? { next: 'wait', pending: view.checks.pending } : gate;
}

function expired(missing: number, gate: GateLook): OperationOutcome {
  return missing === 0 && gate.next === 'wait'
    ? { code: 'expired', pending: gate.pending }
    : { code: 'expired' };
}

function untilExpiry({ expiresAt, id }: Operation): Dispatch {
  if (expiresAt === null) throw new Error(`operation ${id} waits without an end`);
  return { next: 'wait', until: expiresAt.getTime() };
}

/** While checks are running, they are looked at again soon. */
function soonest(wait: Dispatch, gate: GateLook, now: Date): Dispatch {
  if (wait.next !== 'wait' || gate.next === 'open') return wait;
  return { next: 'wait', until: Math.min(wait.until, now.getTime() + LOOK_AT_CHECKS) };
}

function settled(state: OperationState): Dispatch {
  return state === 'running' ? { next: 'run' } : { next: 'end' };
}

function isExpired(operation: Operation, now: Date): boolean {
  return operation.expiresAt !== null && operation.expiresAt <= now;
}

/** The people whose word is to be counted, and whether Slack failed to tell who some of them are. */
interface Voters {
  readonly people: ReadonlyMap<string, Person>;
  readonly someUnknown: boolean;
}

async function whoDecided(context: OperationContext, operation: Operation): Promise<Voters> {
  const approvals = await readApprovals(context.database, operation.id);
  const asked = operation.requesterId === SLIPWAY ? [] : [operation.requesterId];
  const ids = [...new Set([...asked, ...approvals.map((approval) => approval.userId)])];
  const found = await Promise.all(ids.map((id) => context.people.person(id)));
  const people = new Map(found.flatMap((person) => (person === null ? [] : [[person.id, person] as const])));
  return { people, someUnknown: found.includes(null) };
}

async function count(
  context: OperationContext,
  db: Queryable,
  operation: Operation,
  people: ReadonlyMap<string, Person>,
): Promise<Tally> {
  if (operation.options.emergency !== null) return { approvedBy: [], missing: 0 };
  return tally(operation, await readApprovals(db, operation.id), people, context.config);
}

/** Whoever could not be looked up does not count, and is asked for again soon: that is not a no. */
async function waitForApproval(
  context: OperationContext,
  operation: Operation,
  { someUnknown }: Voters,
): Promise<Dispatch> {
  const wait = await remindAndWait(context, operation);
  if (!someUnknown || wait.next !== 'wait') return wait;
  return { next: 'wait', until: Math.min(wait.until, context.clock().getTime() + ASK_AGAIN) };
}

async function remindAndWait(context: OperationContext, operation: Operation): Promise<Dispatch> {
  const { expiresAt, plan } = operation;
  if (expiresAt === null) throw new Error(`operation ${operation.id} waits for approval without an end`);
  const remindAt = expiresAt.getTime() - reminderLead(plan.target, context.config);
  if (context.clock().getTime() < remindAt) return { next: 'wait', until: remindAt };
  const approvers = holdersOf(plan.approval.approvers, context.config);
  await changeOperation(context, operation.id, async ({ tell }) => {
    tell('reminder', { kind: 'reminder', approvers, expiresAt: expiresAt.toISOString() });
  });
  return { next: 'wait', until: expiresAt.getTime() };
}

/** The last look before anything is touched, and the move to `running`, in one transaction. */
async function begin(
  context: OperationContext,
  facts: {
    readonly operation: Operation;
    readonly people: ReadonlyMap<string, Person>;
    /** Null for what the bot asked for itself. */
    readonly requester: Person | null;
    readonly current: Outcome<Plan>;
  },
): Promise<Dispatch> {
  const { operation, people, requester, current } = facts;
  if (!current.ok && mayPass(current.refusal)) return askAgain(context, operation, reasonOf(current.refusal));
  if (!current.ok)
    return end(context, operation, 'refused', { code: 'refused', refusals: [current.refusal] });
  if (planDigest(current.value) !== operation.planDigest) {
    const changed = planDifferences(operation.plan, current.value);
    return end(context, operation, 'voided', { code: 'voided', changed });
  }
  const channel = await context.channels.channel(operation.channelId);
  if (channel.name === null && requester !== null)
    return askAgain(context, operation, 'Slack does not say which channel this is.');
  return changeOperation<Dispatch>(context, operation.id, async (change) => {
    if (change.before.operation.state !== 'awaiting-approval') return settled(change.before.operation.state);
    await holdTarget(change.tx, operation.plan.target);
    // An approval may have been withdrawn, a lock closed, since we looked.
    const { missing, approvedBy } = await count(context, change.tx, operation, people);
    if (missing > 0) return { next: 'wait', until: 0 };
    if (await deletesHeld(change.tx, operation.plan)) {
      return moveTo(context, change, { state: 'voided', outcome: { code: 'voided', changed: ['backup'] } });
    }
    const refusals = await refuseNow(context, change.tx, { operation, requester, channel });
    if (refusals.length > 0)
      return moveTo(context, change, { state: 'refused', outcome: { code: 'refused', refusals } });
    return moveTo(context, change, { state: 'running', outcome: null, approvedBy });
  });
}

async function refuseNow(
  context: OperationContext,
  tx: Queryable,
  facts: {
    readonly operation: Operation;
    readonly requester: Person | null;
    readonly channel: ChannelRef;
  },
): Promise<readonly Refusal[]> {
  const { plan, id } = facts.operation;
  const now = context.clock();
  const action = actionFor(plan.kind);
  const actions = facts.operation.options.emergency === null ? [action] : [action, 'emergency' as const];
  const { requester: person, channel } = facts;
  const { target } = plan;
  const roles =
    person === null
      ? []
      : actions.map((action) => refuseRequester({ person, action, target, channel }, context.config));
  const locks = await readLocks(tx, now);
  const extended = extendedCanary(facts.operation.request);
  const running = (await openOperations(tx, plan.target)).filter(
    ({ id: other, state }) => state === 'running' && other !== id && other !== extended,
  );
  const criticalAlert = await unspokenAlert(context, tx, { options: facts.operation.options, target });
  const closed = refuseClosed(plan.target, plan.kind, { locks, running, criticalAlert, now }, context.config);
  return [...roles.flatMap((refusal) => (refusal === null ? [] : [refusal])), ...closed];
}

/** The target or its registry is away, or busy: nothing was learnt about the plan. */
function mayPass(refusal: Refusal): boolean {
  return refusal.code === 'target-error' && PASSING_PROBLEMS.includes(refusal.problem);
}

function reasonOf(refusal: Refusal): string {
  return refusal.code === 'target-error' ? refusal.detail : refusal.code;
}

async function askAgain(context: OperationContext, operation: Operation, why: string): Promise<Dispatch> {
  await changeOperation(context, operation.id, async ({ tell }) => tell('waiting', { kind: 'waiting', why }));
  const until = context.clock().getTime() + ASK_AGAIN;
  return { next: 'wait', until: Math.min(until, operation.expiresAt?.getTime() ?? until) };
}

async function end(
  context: OperationContext,
  operation: Operation,
  state: OperationState,
  outcome: OperationOutcome,
): Promise<Dispatch> {
  return changeOperation<Dispatch>(context, operation.id, async (change) => {
    if (change.before.operation.state !== 'awaiting-approval') return settled(change.before.operation.state);
    return moveTo(context, change, { state, outcome });
  });
}

async function moveTo(
  context: OperationContext,
  change: Change,
  move: {
    readonly state: OperationState;
    readonly outcome: OperationOutcome | null;
    /** Those whose approvals were counted. */
    readonly approvedBy?: readonly string[];
  },
): Promise<Dispatch> {
  const { id, planDigest: digest } = change.before.operation;
  const { state, outcome, approvedBy = [] } = move;
  const at = context.clock();
  const moved = await moveOperation(change.tx, { id, from: 'awaiting-approval', to: state, outcome, at });
  if (!moved) throw new Error(`operation ${id} moved while its row was held`);
  const detail = { planDigest: digest, approvedBy, outcome: outcome?.code ?? null };
  await appendAudit(change.tx, { actor: 'slipway', action: `operation.${state}`, subject: id, detail }, at);
  if (outcome !== null) change.tell('ended', { kind: 'ended', state, outcome });
  return settled(state);
}
