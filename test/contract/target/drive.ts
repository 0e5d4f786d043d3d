import { setTimeout as delay } from 'node:timers/promises';
import {
  type DeployTarget,
  type Intents,
  type Retry,
  type StepContext,
  type StepProgress,
  TargetError,
} from '../../../integrations/target.ts';
import type { Artifact } from '../../../src/domain/artifact.ts';
import type { PlannedStep, TargetPlan } from '../../../src/domain/plan.ts';
import type { Outcome, Refusal, TargetProblem } from '../../../src/domain/refusal.ts';

/** How a step ended. A TargetError and a failed progress are both the end of it. */
export type StepEnd =
  | { readonly ok: true; readonly message: string }
  | {
      readonly ok: false;
      readonly problem: TargetProblem;
      readonly message: string;
      readonly retry: Retry;
    };

type Start = (step: PlannedStep) => Promise<StepProgress>;

export function contextOf(operationId: string, signal = new AbortController().signal): StepContext {
  return { operationId, requestedBy: 'Ana', log: () => {}, intents: intentsOf(operationId), signal };
}

/** What operations have declared, which outlives their processes. */
const declared = new Map<string, Date>();

/** Every test begins without any. */
export function forgetIntents(): void {
  declared.clear();
}

function intentsOf(operationId: string): Intents {
  const name = (key: string) => `${operationId} ${key}`;
  return {
    declare: async (key) => {
      const before = declared.get(name(key)) ?? null;
      if (before === null) declared.set(name(key), new Date());
      return before;
    },
    since: async (key) => declared.get(name(key)) ?? null,
    withdraw: async (key) => void declared.delete(name(key)),
  };
}

export function granted<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(`refused: ${JSON.stringify(outcome.refusal)}`);
}

export function refusalOf(outcome: Outcome<unknown>): Refusal {
  if (!outcome.ok) return outcome.refusal;
  throw new Error('was not refused');
}

export async function resolved(target: DeployTarget, version: string): Promise<Artifact> {
  return granted(await target.resolve(version));
}

export async function deployPlan(target: DeployTarget, version: string): Promise<TargetPlan> {
  const [artifact, live] = await Promise.all([resolved(target, version), target.inspect()]);
  return granted(await target.planDeploy({ live, artifact }));
}

/** Starts a step and looks at it until it has ended. */
export async function runStep(
  target: DeployTarget,
  step: PlannedStep,
  context: StepContext,
  start: Start = (begun) => target.start(begun, context),
): Promise<StepEnd> {
  try {
    let progress = await start(step);
    while (progress.phase === 'running') {
      await delay(Math.min(progress.lookAgainAfter, 25));
      progress = await target.resume(step, progress.handle, context);
    }
    return progress.phase === 'succeeded'
      ? { ok: true, message: progress.message }
      : { ok: false, problem: progress.problem, message: progress.message, retry: 'terminal' };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { ok: false, problem: error.problem, message: error.message, retry: error.retry };
  }
}

/** Runs steps in order until one does not succeed; says which were begun. */
export async function runSteps(
  target: DeployTarget,
  steps: readonly PlannedStep[],
  context: StepContext,
  start?: Start,
): Promise<{ readonly end: StepEnd; readonly begun: readonly PlannedStep[] }> {
  const begun: PlannedStep[] = [];
  let end: StepEnd = { ok: true, message: '' };
  for (const step of steps) {
    begun.push(step);
    end = await runStep(target, step, context, start);
    if (!end.ok) break;
  }
  return { end, begun };
}

/** Takes steps back in reverse order, as an operation that failed does. */
export async function undo(
  target: DeployTarget,
  begun: readonly PlannedStep[],
  context: StepContext,
): Promise<readonly StepEnd[]> {
  const ends: StepEnd[] = [];
  for (const step of begun.toReversed()) {
    if (step.undo !== undefined) ends.push(await runStep(target, step.undo, context));
  }
  return ends;
}

export function stepOf(steps: readonly PlannedStep[], id: string): PlannedStep {
  const step = steps.find((one) => one.id === id);
  if (step === undefined) throw new Error(`the plan has no step ${id}`);
  return step;
}
