import type { CanaryAction } from '../../domain/canary-state.ts';
import type { OperationOutcome } from '../../domain/operation.ts';
import type { Plan, PlannedStep } from '../../domain/plan.ts';
import { UNJUDGED } from '../../policy/canary.ts';
import { type CanaryNext, nextOf } from '../../policy/canary-course.ts';
import {
  finishInstructions,
  insertCanary,
  insertMove,
  pendingInstructions,
  readCanary,
  readMoves,
  writeCanary,
} from '../../store/canaries.ts';
import { readView } from '../../store/operations.ts';
import { isOutage } from '../../store/outage.ts';
import { insertSteps } from '../../store/steps.ts';
import { changeOperation } from '../change.ts';
import { type OperationContext, targetOf } from '../context.ts';
import type { Ending } from '../ending.ts';
import { checkpoint, untilWoken } from '../engine.ts';
import { runStep, type StepEnd } from '../run-step.ts';
import type { CanaryRun } from './canary-run.ts';
import { wakeExtensions } from './extension.ts';
import { lookOnce } from './look.ts';

type Failure = Extract<StepEnd, { phase: 'failed' }>;

/** A canary after its new revision is ready: moved, watched and judged until it is promoted or taken back. */
export async function runCanary(context: OperationContext, operationId: string, plan: Plan): Promise<Ending> {
  const { traffic } = targetOf(context, plan.target);
  const { canary: terms } = plan;
  if (traffic === undefined || terms === undefined) throw new Error(`operation ${operationId} is no canary`);
  const run: CanaryRun = { operationId, plan, terms, traffic };
  await checkpoint('begin canary', () => begin(context, run));
  for (;;) {
    const next = await checkpoint('canary', () => decideNext(context, run));
    if (next.do === 'wait') await untilWoken(next.until);
    else if (next.do === 'look') await checkpoint('look', () => lookOnce(context, run));
    else {
      const ending = await act(context, run, next.action);
      if (ending === null) continue;
      await checkpoint('picture', () => showPicture(context, run, ending));
      return ending;
    }
  }
}

/** The picture of the whole canary. It is a courtesy: without it the canary has ended all the same. */
async function showPicture(
  context: OperationContext,
  { operationId }: CanaryRun,
  { state }: Ending,
): Promise<void> {
  const view = await readView(context.database, operationId);
  if (view === null) return;
  const word = state === 'succeeded' ? 'promoted' : state === 'undone' ? 'aborted' : 'failed';
  try {
    await context.pictures.show({ view, key: 'end', end: { at: context.clock(), word } });
  } catch (err) {
    if (isOutage(err)) throw err;
    context.log.error({ err, operation: operationId }, 'the picture of a canary could not be drawn');
  }
}

async function begin(context: OperationContext, { operationId, terms }: CanaryRun): Promise<void> {
  await changeOperation(context, operationId, ({ tx }) =>
    insertCanary(tx, operationId, { auto: terms.auto, standing: UNJUDGED }),
  );
}

type Decided =
  | { readonly do: 'look' }
  | { readonly do: 'act'; readonly action: CanaryAction }
  | { readonly do: 'wait'; readonly until: number };

/** Decides, and keeps what was decided, so that asking again after a crash gives the same. */
async function decideNext(context: OperationContext, { operationId, terms }: CanaryRun): Promise<Decided> {
  return changeOperation<Decided>(context, operationId, async ({ tx }) => {
    const state = await readCanary(tx, operationId);
    if (state === null) throw new Error(`canary ${operationId} is not stored`);
    const pending = await pendingInstructions(tx, operationId);
    const moves = (await readMoves(tx, operationId)).length;
    const next: CanaryNext = nextOf({ terms, state, pending, moves, now: context.clock() });
    if (next.do === 'look') return next;
    if (next.do === 'wait') {
      const asked = pending.filter(({ instruction }) => instruction.kind === 'auto').map(({ seq }) => seq);
      if (asked.length > 0) await writeCanary(tx, operationId, { ...state, auto: true });
      await finishInstructions(tx, asked, context.clock());
      return { do: 'wait', until: next.until.getTime() };
    }
    await writeCanary(tx, operationId, {
      ...state,
      auto: next.auto,
      current: next.action,
      pauseEndsAt: null,
    });
    await finishInstructions(tx, next.done, context.clock());
    return { do: 'act', action: next.action };
  });
}

/** Does it to its end; gives the canary's own end if this was it. */
async function act(context: OperationContext, run: CanaryRun, action: CanaryAction): Promise<Ending | null> {
  switch (action.do) {
    case 'move':
      return move(context, run, action);
    case 'promote':
      return promote(context, run);
    case 'abort':
      return takeBack(context, run, { outcome: { code: 'canary-aborted', ...action.ending }, weights: [] });
  }
}

async function move(
  context: OperationContext,
  run: CanaryRun,
  action: Extract<CanaryAction, { do: 'move' }>,
): Promise<Ending | null> {
  const from = await checkpoint('percent', () => percentOf(context, run));
  const step = run.traffic.weightStep({ plan: run.plan, from, to: action.percent });
  const end = await runAdded(context, run, { ...step, id: `weight-${action.number}` });
  if (end.phase === 'failed') return takeBackAfter(context, run, { step, failure: end, to: action.percent });
  await checkpoint('moved', async () => {
    await recordMove(context, run, action);
    await wakeExtensions(context, { operationId: run.operationId, target: run.plan.target });
  });
  return null;
}

async function promote(context: OperationContext, run: CanaryRun): Promise<Ending> {
  const from = await checkpoint('percent', () => percentOf(context, run));
  let proof: string | null = null;
  for (const step of run.traffic.promoteSteps(run.plan, from)) {
    const end = await runAdded(context, run, { ...step, id: `promote-${step.id}` });
    if (end.phase === 'failed' && step.effect !== 'tidies') {
      return takeBackAfter(context, run, { step, failure: end, to: 100 });
    }
    if (step.effect === 'reads') proof = end.message;
  }
  await checkpoint('promoted', () => recordMove(context, run, { number: 10_000, percent: 100, by: null }));
  return { state: 'succeeded', outcome: { code: 'done', detail: proof } };
}

async function takeBackAfter(
  context: OperationContext,
  run: CanaryRun,
  failed: { readonly step: PlannedStep; readonly failure: Failure; readonly to: number },
): Promise<Ending> {
  const outcome: OperationOutcome = {
    code: 'step-failed',
    step: failed.step.title,
    problem: failed.failure.problem,
    detail: failed.failure.message,
    dataChanged: changesData(run),
    undo: { result: 'done' },
  };
  return takeBack(context, run, { outcome, weights: [failed.to] });
}

/** Restores what was found, whatever the canary had begun, but for what somebody else did since. */
async function takeBack(
  context: OperationContext,
  run: CanaryRun,
  end: { readonly outcome: OperationOutcome; readonly weights: readonly number[] },
): Promise<Ending> {
  const percent = await checkpoint('percent', () => percentOf(context, run));
  let left: Left | null = null;
  for (const step of run.traffic.abortSteps(run.plan, [percent, ...end.weights])) {
    const done = await runAdded(context, run, step);
    if (done.phase === 'failed') return undoFailed(run, { step, failure: done });
    if (done.left === true) left ??= { step: step.title, detail: done.message };
  }
  return left === null ? { state: 'undone', outcome: end.outcome } : leftAs(end.outcome, left);
}

/** A step that found something newer and did not touch it. */
interface Left {
  readonly step: string;
  readonly detail: string;
}

/** Where somebody else's change ended the canary, that it stays is what the outcome says already. */
function leftAs(outcome: OperationOutcome, left: Left): Ending {
  if (outcome.code === 'canary-aborted') {
    if (outcome.why.code === 'not-ours') return { state: 'undone', outcome };
    return { state: 'failed', outcome: { ...outcome, left: left.detail } };
  }
  if (outcome.code !== 'step-failed') return { state: 'undone', outcome };
  return { state: 'failed', outcome: { ...outcome, undo: { result: 'left', ...left } } };
}

function undoFailed(
  run: CanaryRun,
  { step, failure }: { readonly step: PlannedStep; readonly failure: Failure },
): Ending {
  const undo = { result: 'failed', step: step.title, detail: failure.message } as const;
  const { problem, message: detail } = failure;
  return {
    state: 'undo-failed',
    outcome: { code: 'step-failed', step: step.title, problem, detail, dataChanged: changesData(run), undo },
  };
}

function changesData({ plan }: CanaryRun): boolean {
  return plan.steps.some((step) => step.effect === 'changes-data');
}

async function percentOf(context: OperationContext, { operationId }: CanaryRun): Promise<number> {
  return (await readCanary(context.database, operationId))?.percent ?? 0;
}

async function runAdded(context: OperationContext, run: CanaryRun, step: PlannedStep): Promise<StepEnd> {
  const { operationId } = run;
  await checkpoint(`add ${step.id}`, () =>
    changeOperation(context, operationId, ({ tx }) => insertSteps(tx, operationId, [step])),
  );
  return runStep(context, { operationId, recordId: step.id, step });
}

async function recordMove(
  context: OperationContext,
  { operationId, terms }: CanaryRun,
  moved: { readonly number: number; readonly percent: number; readonly by: string | null },
): Promise<void> {
  const at = context.clock();
  await changeOperation(context, operationId, async ({ tx, tell }) => {
    const state = await readCanary(tx, operationId);
    if (state === null || state.current === null) return;
    await insertMove(tx, operationId, { ...moved, at });
    await writeCanary(tx, operationId, {
      ...state,
      percent: moved.percent,
      current: null,
      passed: false,
      pauseEndsAt: new Date(at.getTime() + terms.pause),
      nextLookAt: new Date(at.getTime() + terms.interval),
    });
    tell(`moved/${moved.number}`, { kind: 'canary-moved', percent: moved.percent, by: moved.by });
  });
}
