import { createHash } from 'node:crypto';
import { capabilitiesOf } from '../../integrations/target.ts';
import type { GateView } from '../domain/checks.ts';
import { changedFiles, NAMED_FILES } from '../domain/file-changes.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Plan, planDigest } from '../domain/plan.ts';
import type { Outcome, Refusal } from '../domain/refusal.ts';
import type { Reply } from '../domain/reply.ts';
import {
  extendedCanary,
  type OperationRequest,
  type Origin,
  type RequestOptions,
} from '../domain/request.ts';
import { targetKey } from '../domain/target.ts';
import { type Action, actionFor } from '../policy/authorise.ts';
import { refuseClosed } from '../policy/closures.ts';
import { refuseRequester } from '../policy/strangers.ts';
import { appendAudit } from '../store/audit.ts';
import { inTransaction, type Queryable } from '../store/database.ts';
import { recordGate } from '../store/gates.ts';
import { readLocks } from '../store/locks.ts';
import { findOperation, insertOperation, openOperations, readView } from '../store/operations.ts';
import { DELETION } from './backup/retention.ts';
import { instruct, runningCanaries } from './canary/instruct.ts';
import { type OperationContext, targetOf } from './context.ts';
import type { Engine } from './engine.ts';
import { unspokenAlert } from './incident.ts';
import { preparePlan } from './prepare.ts';
import { type Gate, readGate } from './source/gate.ts';

/** Milliseconds after which an operation that asks nobody is given up if its target can't be asked. */
const UNASKED_LIMIT = 10 * 60_000;

/** The same for one that waits for checks. */
const CHECKS_LIMIT = 60 * 60_000;

/** Something asked for: one operation for each request, or none at all. */
export interface Submission {
  /** The delivery that it came with: submitting it again is the same operations. */
  readonly deliveryId: string;
  readonly requests: readonly OperationRequest[];
  readonly options: RequestOptions;
  readonly dryRun: boolean;
  readonly origin: Origin;
}

/**
 * Checks and plans every request, and begins the operations if none is refused. Null when they have begun:
 * their messages are the answer.
 */
export async function submit(
  context: OperationContext,
  engine: Engine,
  submission: Submission,
): Promise<Reply | null> {
  const stored = await storedBefore(context, submission);
  if (stored !== null) return started(engine, stored);
  const aborted = await abortCanaryFirst(context, engine, submission);
  if (aborted !== null) return aborted;
  const forbidden = await refuseByPolicy(context, submission);
  if (forbidden.length > 0) return { kind: 'refusal', refusals: forbidden };
  const planned = await Promise.all(submission.requests.map((request) => preparePlan(context, request)));
  const refusals = planned.flatMap((outcome) => (outcome.ok ? [] : [outcome.refusal]));
  if (refusals.length > 0) return { kind: 'refusal', refusals };
  const plans = plansOf(planned);
  const gates = new Map(
    await Promise.all(plans.map(async (plan) => [plan, await readGate(context, plan)] as const)),
  );
  const closed = submission.options.emergency === null ? [...gates.values()].flatMap(refusalOfGate) : [];
  if (closed.length > 0) return { kind: 'refusal', refusals: closed };
  if (submission.dryRun) return { kind: 'dry-run', plans };
  // An emergency does not wait for the approval of the same that somebody asked for before.
  const repeated =
    submission.options.emergency === null ? await refuseRepeated(context, submission, plans) : [];
  if (repeated.length > 0) return { kind: 'refusal', refusals: repeated };
  return started(engine, await create(context, submission, gates));
}

async function started(engine: Engine, ids: readonly string[]): Promise<null> {
  for (const id of ids) await engine.start(id);
  return null;
}

/**
 * The operations of a delivery that was worked on before; null if it was not. They are its answer: what they did
 * since would only refuse it.
 */
async function storedBefore(
  { database }: OperationContext,
  { deliveryId, requests }: Submission,
): Promise<readonly string[] | null> {
  const ids = requests.map((request) => operationId(deliveryId, request));
  const found = await Promise.all(ids.map((id) => findOperation(database, id)));
  return found.some((operation) => operation === null) ? null : ids;
}

/**
 * Going back while a canary runs is ending the canary: then what served before serves everything again. To
 * go back farther, it is asked once more.
 */
async function abortCanaryFirst(
  context: OperationContext,
  engine: Engine,
  { requests, options, origin, deliveryId, dryRun }: Submission,
): Promise<Reply | null> {
  const rollback = requests.find(({ kind }) => kind === 'rollback');
  if (rollback === undefined || dryRun) return null;
  const { target } = rollback;
  const [running] = await runningCanaries(context, { target, channelId: origin.channelId });
  if (running === undefined) return null;
  const reason = options.reason ?? options.emergency;
  const told = await instruct(context, engine, {
    which: { target },
    instruction: { kind: 'abort', reason },
    action: 'rollback',
    deliveryId,
    origin,
  });
  return 'reply' in told ? told.reply : null;
}

function plansOf(planned: readonly Outcome<Plan>[]): readonly Plan[] {
  return planned.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
}

/** The same for the same delivery and target, so that working on a delivery twice is working once. */
function operationId(deliveryId: string, request: OperationRequest): string {
  const hash = createHash('sha256')
    .update(`${deliveryId} ${targetKey(request.target)}`)
    .digest('hex');
  return `op-${BigInt(`0x${hash.slice(0, 16)}`)
    .toString(36)
    .slice(0, 10)}`;
}

async function refuseByPolicy(
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
  return (await Promise.all(perRequest)).flat();
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
async function refuseRepeated(
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

async function create(
  context: OperationContext,
  submission: Submission,
  gates: ReadonlyMap<Plan, Gate>,
): Promise<readonly string[]> {
  return inTransaction(context.database, async (tx) => {
    const ids: string[] = [];
    for (const [plan, { view }] of gates)
      ids.push(await createOne(context, tx, { submission, plan, gate: view }));
    return ids;
  });
}

function refusalOfGate(gate: Gate): readonly Refusal[] {
  return gate.next === 'refuse' ? [gate.refusal] : [];
}

async function createOne(
  context: OperationContext,
  tx: Queryable,
  draft: { readonly submission: Submission; readonly plan: Plan; readonly gate: GateView | null },
): Promise<string> {
  const { submission, plan, gate } = draft;
  const { origin, options } = submission;
  const request = submission.requests.find(
    (candidate) => targetKey(candidate.target) === targetKey(plan.target),
  );
  if (request === undefined) throw new Error(`no request for ${targetKey(plan.target)}`);
  const id = operationId(submission.deliveryId, request);
  await storeOperation(context, tx, { id, plan, request, options, origin, gate });
  return id;
}

/** Stores an operation, unless it is stored already, and shows it where it was asked for. */
export async function storeOperation(
  context: OperationContext,
  tx: Queryable,
  asked: {
    readonly id: string;
    readonly plan: Plan;
    readonly request: OperationRequest;
    readonly options: RequestOptions;
    readonly origin: Origin;
    readonly gate: GateView | null;
  },
): Promise<void> {
  const { id, plan, request, options, origin, gate } = asked;
  const createdAt = context.clock();
  const unasked = plan.checks === undefined ? UNASKED_LIMIT : CHECKS_LIMIT;
  const limit = plan.approval.required === 0 ? unasked : plan.approval.expires;
  const inserted = await insertOperation(tx, {
    id,
    request,
    options,
    requesterId: origin.userId,
    channelId: origin.channelId,
    threadTs: origin.threadTs ?? null,
    plan,
    planDigest: planDigest(plan),
    createdAt,
    expiresAt: new Date(createdAt.getTime() + limit),
  });
  if (inserted && gate !== null) await recordGate(tx, id, gate);
  if (inserted) await announce(context, tx, id);
}

/** More than the message names. */
function listsFiles({ files }: Plan): boolean {
  return files !== undefined && changedFiles(files) > NAMED_FILES;
}

function listsCommits({ source }: Plan): boolean {
  return source !== undefined && source.brings.count + source.takesOut.count > 0;
}

/** Which data is put back, or relied on. */
function auditedBackup({ backup }: Plan): JsonObject | null {
  if (backup === undefined || backup.existing === null) return null;
  return { ...backup.existing, subject: backup.subject };
}

async function announce(context: OperationContext, tx: Queryable, id: string): Promise<void> {
  const view = await readView(tx, id);
  if (view === null) throw new Error(`operation ${id} is not stored`);
  const { operation } = view;
  await context.messages.operation(tx, view);
  if (listsCommits(operation.plan)) {
    await context.messages.line(tx, { view, key: 'source', line: { kind: 'source' } });
  }
  if (listsFiles(operation.plan)) {
    await context.messages.line(tx, { view, key: 'files', line: { kind: 'files' } });
  }
  if (operation.options.emergency !== null) await context.messages.emergency(tx, view);
  await appendAudit(
    tx,
    {
      actor: operation.requesterId,
      action:
        operation.options.emergency === null ? 'operation.requested' : 'operation.requested-as-emergency',
      subject: id,
      detail: {
        kind: operation.plan.kind,
        target: targetKey(operation.plan.target),
        version: operation.plan.to.version,
        digest: operation.plan.to.digest,
        planDigest: operation.planDigest,
        reason: operation.options.emergency ?? operation.options.reason,
        duringIncident: operation.options.duringIncident ?? null,
        backup: auditedBackup(operation.plan),
        deletes: operation.plan.steps.find(({ id }) => id === DELETION)?.input ?? null,
      },
    },
    operation.createdAt,
  );
}
