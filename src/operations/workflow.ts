import type { OperationOutcome } from '../domain/operation.ts';
import type { Plan, PlannedStep } from '../domain/plan.ts';
import { findOperation } from '../store/operations.ts';
import { isOutage, throughOutages } from '../store/outage.ts';
import { insertSteps } from '../store/steps.ts';
import { backupBefore } from './backup/way-back.ts';
import { runExtension, wakeExtensions } from './canary/extension.ts';
import { runCanary } from './canary/run-canary.ts';
import { changeOperation } from './change.ts';
import type { OperationContext } from './context.ts';
import { dispatch } from './dispatch.ts';
import { endOperation } from './end-operation.ts';
import type { Ending } from './ending.ts';
import { checkpoint, isEngineError, untilWoken } from './engine.ts';
import { runStep, type StepEnd } from './run-step.ts';
import { UNDO } from './step-record.ts';

type Failure = Extract<StepEnd, { phase: 'failed' }>;

/** A plan that was run as far as it went. */
interface FailedRun {
  readonly operationId: string;
  readonly plan: Plan;
  readonly begun: readonly PlannedStep[];
  /** The title of the step that it ended at. */
  readonly at: string;
  readonly failure: Failure;
}

/**
 * The life of one operation after its plan was shown: approved → locked and planned again → run →
 * proven → told. Resumed at its last checkpoint after a crash, by this process or another.
 */
export async function runOperation(context: OperationContext, operationId: string): Promise<void> {
  try {
    // It may have ended with a fault that its workflow knows nothing of: then nothing of it may be done any more.
    if (await throughOutages(() => endedWithFault(context, operationId))) return;
    const plan = await checkpoint('plan', () => readPlan(context, operationId));
    if (!(await mayRun(context, operationId))) return;
    const ending = await runPlan(context, operationId, plan);
    await checkpoint('end', () => finish(context, { operationId, plan, ending }));
  } catch (error) {
    if (isEngineError(error) || isOutage(error)) throw error;
    context.log.error({ err: error, operation: operationId }, 'operation could not go on');
    const outcome: OperationOutcome = {
      code: 'fault',
      detail: error instanceof Error ? error.message : String(error),
    };
    await checkpoint('end with a fault', () =>
      endOperation(context, operationId, { state: 'failed', outcome }),
    );
  }
}

async function finish(
  context: OperationContext,
  end: { readonly operationId: string; readonly plan: Plan; readonly ending: Ending },
): Promise<void> {
  const { operationId, plan, ending } = end;
  await endOperation(context, operationId, ending);
  if (plan.kind === 'canary') await wakeExtensions(context, { operationId, target: plan.target });
}

async function endedWithFault(context: OperationContext, operationId: string): Promise<boolean> {
  const operation = await findOperation(context.database, operationId);
  return operation?.outcome?.code === 'fault';
}

async function readPlan(context: OperationContext, operationId: string): Promise<Plan> {
  const operation = await findOperation(context.database, operationId);
  if (operation === null) throw new Error(`operation ${operationId} is not stored`);
  return operation.plan;
}

async function mayRun(context: OperationContext, operationId: string): Promise<boolean> {
  for (;;) {
    const look = await checkpoint('dispatch', () => dispatch(context, operationId));
    if (look.next !== 'wait') return look.next === 'run';
    await untilWoken(look.until);
  }
}

async function runPlan(context: OperationContext, operationId: string, plan: Plan): Promise<Ending> {
  const begun: PlannedStep[] = [];
  let proof: string | null = null;
  for (const step of plan.steps) {
    begun.push(step);
    const end = await runStep(context, { operationId, recordId: step.id, step });
    if (end.phase === 'failed' && step.effect !== 'tidies') {
      if (end.begun === false) begun.pop();
      return failed(context, { operationId, plan, begun, at: step.title, failure: end });
    }
    // What was read last is what is so now; what was done last says less.
    if (step.effect === 'reads') proof = end.message;
  }
  if (plan.kind === 'canary') return runCanary(context, operationId, plan);
  if (plan.extension !== undefined) return runExtension(context, operationId, plan.extension);
  return { state: 'succeeded', outcome: { code: 'done', detail: proof } };
}

/** Takes back what was begun, last first, and says how that went. */
async function failed(context: OperationContext, run: FailedRun): Promise<Ending> {
  const undos = run.begun.flatMap((step) => (step.undo === undefined ? [] : [step.undo])).reverse();
  const records = undos.map((step) => ({ id: `${UNDO}${step.id}`, title: step.title }));
  if (undos.length > 0) {
    await checkpoint('plan undo', () => addSteps(context, run.operationId, records));
  }
  let left: { readonly step: string; readonly detail: string } | null = null;
  for (const step of undos) {
    const end = await runStep(context, { operationId: run.operationId, recordId: `${UNDO}${step.id}`, step });
    if (end.phase === 'failed') {
      const undo = { result: 'failed', step: step.title, detail: end.message } as const;
      return { state: 'undo-failed', outcome: stepFailed(run, undo) };
    }
    if (end.left === true) left ??= { step: step.title, detail: end.message };
  }
  if (left !== null) return { state: 'failed', outcome: stepFailed(run, { result: 'left', ...left }) };
  if (undos.length === 0) return { state: 'failed', outcome: stepFailed(run, { result: 'not-needed' }) };
  return { state: 'undone', outcome: stepFailed(run, { result: 'done' }) };
}

function stepFailed(
  run: FailedRun,
  undo: Extract<OperationOutcome, { code: 'step-failed' }>['undo'],
): OperationOutcome {
  const dataChanged = isDataLeftChanged(run, undo.result);
  const backup = dataChanged ? backupBefore(run.operationId, run.plan) : null;
  return {
    code: 'step-failed',
    step: run.at,
    problem: run.failure.problem,
    detail: run.failure.message,
    ...(run.failure.stoppedBy === undefined ? {} : { stoppedBy: run.failure.stoppedBy }),
    dataChanged,
    ...backup,
    undo,
  };
}

/** A migration has no way back of its own; a restore has, unless that failed. */
function isDataLeftChanged({ begun }: FailedRun, undone: 'not-needed' | 'done' | 'failed' | 'left'): boolean {
  return begun.some(
    ({ effect, undo }) =>
      effect === 'changes-data' && (undo === undefined || undone === 'failed' || undone === 'left'),
  );
}

async function addSteps(
  context: OperationContext,
  operationId: string,
  steps: readonly { readonly id: string; readonly title: string }[],
): Promise<void> {
  await changeOperation(context, operationId, ({ tx }) => insertSteps(tx, operationId, steps));
}
