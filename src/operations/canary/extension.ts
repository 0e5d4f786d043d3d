import { approvedShare, type CanaryExtension, type CanaryInstruction } from '../../domain/canary.ts';
import { type Handover, headingFor } from '../../domain/canary-state.ts';
import type { Operation, OperationOutcome } from '../../domain/operation.ts';
import type { ApprovalRule, Plan } from '../../domain/plan.ts';
import { accept, type Outcome, refuse } from '../../domain/refusal.ts';
import { type CanaryExtensionRequest, extendedCanary } from '../../domain/request.ts';
import type { TargetRef } from '../../domain/target.ts';
import { approvalFor, barsAuthors, moreApprovals } from '../../policy/approvals.ts';
import { type ExtensionStanding, standingOf } from '../../policy/canary-extension.ts';
import { approvedExtensions, readCanary, readHandover } from '../../store/canaries.ts';
import { inTransaction, type Queryable } from '../../store/database.ts';
import { findOperation, lockOperation, openOperations } from '../../store/operations.ts';
import { type OperationContext, targetOf } from '../context.ts';
import type { Ending } from '../ending.ts';
import { checkpoint, untilWoken, wake } from '../engine.ts';
import { keepInstruction } from './keep-instruction.ts';

/** How long it waits for the canary without a word from it. */
const LOOK_AGAIN = 10_000;

type PlanContext = Pick<OperationContext, 'database' | 'config' | 'targets'>;

/** What going past the approved steps would do now. It names the canary and where it is: that is what is approved. */
export async function planExtension(
  context: PlanContext,
  { target, operationId, percent }: CanaryExtensionRequest,
): Promise<Outcome<Plan>> {
  const canary = await findOperation(context.database, operationId);
  const terms = canary?.plan.canary;
  if (canary?.state !== 'running' || terms === undefined)
    return refuse({ code: 'which-canary', running: [] });
  const state = await readCanary(context.database, operationId);
  const approved = await approvedSoFar(context.database, canary);
  return accept({
    kind: 'canary-extension',
    target,
    identity: targetOf(context, target).identity,
    from: canary.plan.from,
    to: canary.plan.to,
    artifact: null,
    steps: [],
    live: canary.planDigest,
    warnings: [],
    approval: approvalOf(context, canary),
    extension: { operationId, from: headingFor(terms, state), to: percent, approved },
  });
}

/** The rule of the environment; the authors of what is shipped are those that were found for the canary. */
function approvalOf({ config }: PlanContext, { plan: { target, approval } }: Operation): ApprovalRule {
  const rule = approvalFor('canary-extension', target, config);
  const { barred } = approval;
  if (rule.required === 0 || barred === undefined || !barsAuthors(target, config)) return rule;
  return { ...rule, required: rule.required + moreApprovals(barred), barred };
}

/** The farthest share that a running canary may have without asking anybody. */
export async function approvedSoFar(db: Queryable, { id, plan }: Operation): Promise<number> {
  return plan.canary === undefined ? 0 : approvedShare(plan.canary, await approvedExtensions(db, id));
}

/** Why a request that still waits has become void: its canary ended or moved. Null for all others. */
export async function overtakenBy(
  context: OperationContext,
  { plan: { extension } }: Operation,
): Promise<OperationOutcome | null> {
  if (extension === undefined) return null;
  const { standing, outcome } = await readStanding(context.database, extension, 'not-given');
  return standing === 'overtaken' ? outcome : null;
}

/** Tells the canary what was approved, and waits until it is there. */
export async function runExtension(
  context: OperationContext,
  operationId: string,
  extension: CanaryExtension,
): Promise<Ending> {
  for (;;) {
    const look = await checkpoint('extend', () => extendOnce(context, operationId, extension));
    if ('ending' in look) return look.ending;
    await untilWoken(look.until);
  }
}

/** Makes the requests to extend a canary look at it again: it has moved, or ended. */
export async function wakeExtensions(
  context: OperationContext,
  canary: { readonly operationId: string; readonly target: TargetRef },
): Promise<void> {
  const open = await openOperations(context.database, canary.target);
  const waiting = open.filter(({ request }) => extendedCanary(request) === canary.operationId);
  for (const { id } of waiting) await wake(id);
}

type Look = { readonly ending: Ending } | { readonly until: number };

async function extendOnce(
  context: OperationContext,
  operationId: string,
  extension: CanaryExtension,
): Promise<Look> {
  const request = await findOperation(context.database, operationId);
  if (request === null) throw new Error(`operation ${operationId} is not stored`);
  const look = await inTransaction(context.database, async (tx): Promise<Look> => {
    // Nobody else decides over the canary while this looks at it.
    await lockOperation(tx, extension.operationId);
    const handover = await readHandover(tx, deliveryOf(operationId));
    const { standing, outcome } = await readStanding(tx, extension, handover);
    if (standing === 'reached')
      return { ending: { state: 'succeeded', outcome: { code: 'done', detail: null } } };
    if (standing === 'overtaken') {
      return { ending: { state: handover === 'not-given' ? 'voided' : 'failed', outcome } };
    }
    if (standing === 'open') {
      await keepInstruction(tx, {
        operationId: extension.operationId,
        deliveryId: deliveryOf(operationId),
        instruction: instructionOf(extension),
        by: request.requesterId,
        at: context.clock(),
      });
    }
    return { until: context.clock().getTime() + LOOK_AGAIN };
  });
  if ('until' in look) await wake(extension.operationId);
  return look;
}

async function readStanding(
  db: Queryable,
  extension: CanaryExtension,
  handover: Handover,
): Promise<{ readonly standing: ExtensionStanding; readonly outcome: OperationOutcome }> {
  const canary = await findOperation(db, extension.operationId);
  const terms = canary?.plan.canary;
  if (canary === null || terms === undefined)
    throw new Error(`canary ${extension.operationId} is not stored`);
  const state = await readCanary(db, extension.operationId);
  const percent = canary.state === 'running' ? headingFor(terms, state) : null;
  return {
    standing: standingOf({ extension, handover, terms, canary: canary.state, state }),
    outcome: { code: 'overtaken', extension, percent },
  };
}

function instructionOf({ to }: CanaryExtension): CanaryInstruction {
  return to === 100 ? { kind: 'promote' } : { kind: 'move', percent: to };
}

/** Handing over twice is handing over once. */
function deliveryOf(operationId: string): string {
  return `extension:${operationId}`;
}
