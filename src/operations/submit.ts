import type { GateView } from '../domain/checks.ts';
import type { Plan } from '../domain/plan.ts';
import type { Outcome, Refusal } from '../domain/refusal.ts';
import type { Reply } from '../domain/reply.ts';
import { extendedCanary } from '../domain/request.ts';
import { targetKey } from '../domain/target.ts';
import { findCarriedOut, recordCarriedOut } from '../store/carried-out.ts';
import { inTransaction, type Queryable } from '../store/database.ts';
import { findOperation } from '../store/operations.ts';
import { instruct, runningCanaries } from './canary/instruct.ts';
import type { OperationContext } from './context.ts';
import type { Engine } from './engine.ts';
import { preparePlan } from './prepare.ts';
import { refuseByPolicy, refuseRepeated } from './refuse-submission.ts';
import { type Gate, readGate } from './source/gate.ts';
import { storeOperation } from './store-operation.ts';
import { operationId, type Submission } from './submission.ts';

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
  // One that this delivery has ended already is its answer, too.
  if (running === undefined && (await findCarriedOut(context.database, deliveryId)) === null) return null;
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
  const { deliveryId } = submission;
  const id = operationId(deliveryId, request);
  await storeOperation(context, tx, { id, plan, request, options, origin, gate });
  // Whoever gave that instruction may have named no target: without this it would be given to whatever runs then.
  if (extendedCanary(request) !== null)
    await recordCarriedOut(tx, { deliveryId, subject: id, at: context.clock() });
  return id;
}
