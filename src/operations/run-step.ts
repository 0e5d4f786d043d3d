import { setTimeout as delay } from 'node:timers/promises';
import { isProviders } from '../../integrations/backup.ts';
import {
  type DeployTarget,
  type Intents,
  type StepContext,
  type StepProgress,
  TargetError,
} from '../../integrations/target.ts';
import type { OperationView, StopRequest } from '../domain/operation.ts';
import type { PlannedStep } from '../domain/plan.ts';
import { changes, isStoppable } from '../policy/stopping.ts';
import { declareIntent, readIntent, withdrawIntent } from '../store/intents.ts';
import { isOutage, throughOutages } from '../store/outage.ts';
import { readStop } from '../store/stops.ts';
import { type OperationContext, targetOf } from './context.ts';
import { checkpoint } from './engine.ts';
import { StepRecord } from './step-record.ts';

/** How a step ended, and who stopped it, if somebody did. */
export type StepEnd =
  | Exclude<StepProgress, { phase: 'running' | 'failed' }>
  | (Extract<StepProgress, { phase: 'failed' }> & {
      readonly stoppedBy?: string;
      /** Present where it was stopped before it began. */
      readonly begun?: false;
    });

type Progress = Running | StepEnd;
type Running = Extract<StepProgress, { phase: 'running' }>;

/** First wait after an error that may pass; doubled up to {@link LONGEST_PAUSE}. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
/** What a step gets at least after it was taken up again. */
const GRACE = 60_000;
/** Milliseconds between two looks whether somebody wants it to stop. */
const LOOK_FOR_STOP = 500;

/**
 * Runs one step to its end, over any number of crashes: it is begun in one checkpoint and followed from
 * its handle in another. `recordId` is the step's name in the operation's record.
 */
export async function runStep(
  context: OperationContext,
  run: { readonly operationId: string; readonly recordId: string; readonly step: PlannedStep },
): Promise<StepEnd> {
  const runner = new StepRunner(context, run);
  const begun = await checkpoint(`start ${run.recordId}`, () => runner.safely(() => runner.start()));
  if (begun.phase !== 'running') return begun;
  return checkpoint(`follow ${run.recordId}`, () => runner.safely(() => runner.follow(begun)));
}

class StepRunner {
  readonly #context: OperationContext;
  readonly #operationId: string;
  readonly #step: PlannedStep;
  readonly #record: StepRecord;
  readonly #resumedAt: number;
  #givenUpAt: number | null = null;
  /** What it was doing when somebody wanted it to stop. */
  #stoppedAt: string | null = null;

  constructor(
    context: OperationContext,
    run: { readonly operationId: string; readonly recordId: string; readonly step: PlannedStep },
  ) {
    this.#context = context;
    this.#operationId = run.operationId;
    this.#record = new StepRecord(context, run);
    this.#step = run.step;
    this.#resumedAt = context.clock().getTime();
  }

  /** A fault of our own is a failed step like any other, so that what was begun is taken back. */
  async safely<T extends Progress>(work: () => Promise<T>): Promise<T | StepEnd> {
    try {
      return await work();
    } catch (error) {
      if (isOutage(error)) throw error;
      return this.#explain(error);
    }
  }

  async start(): Promise<Progress> {
    const stopped = await this.#stoppedBefore();
    if (stopped !== null) return stopped;
    const view = await this.#record.put('running', null);
    const target = this.#targetOf(view);
    const progress = await this.#patiently(view, (step) => target.start(this.#step, step));
    if (progress.phase !== 'running') await this.#record.put(progress.phase, progress.message);
    return progress;
  }

  async follow(begun: Running): Promise<StepEnd> {
    const view = await this.#record.put('running', begun.message);
    const target = this.#targetOf(view);
    this.#record.stoppable =
      !this.#record.isUndo &&
      isStoppable(view.operation.plan, this.#step) &&
      (target.stop?.stops(this.#step) ?? false);
    if (this.#record.stoppable) await this.#record.put('running', begun.message);
    let progress: Progress = begun;
    while (progress.phase === 'running') {
      // Looked at before it is given up: while nobody was running it may have come to its end.
      progress = await this.#goOn(view, target, progress);
      if (progress.phase === 'running' && this.#isOverTime(view)) {
        progress = await this.#giveUp(view, target, progress);
      }
    }
    await this.#record.put(progress.phase, progress.message);
    return progress;
  }

  /** Nothing more is changed once somebody wants it to stop; what only looks, or tidies, goes on. */
  async #stoppedBefore(): Promise<StepEnd | null> {
    if (this.#record.isUndo || !changes(this.#step)) return null;
    const stop = await readStop(this.#context.database, this.#operationId);
    if (stop === null) return null;
    return { phase: 'failed', problem: 'stopped', message: '', stoppedBy: stop.by, begun: false };
  }

  /** The target by its name, which must still be the system that the plan was made and approved for. */
  #targetOf({ operation: { plan } }: OperationView): DeployTarget {
    const target = targetOf(this.#context, plan.target);
    if (target.identity !== plan.identity) {
      throw new TargetError(
        'invalid',
        `The config now means ${target.identity} by it, and ${plan.identity} was approved.`,
      );
    }
    const backup = target.backup?.subject ?? 'nothing';
    if (isProviders(this.#step) && plan.backup !== undefined && backup !== plan.backup.subject) {
      throw new TargetError(
        'invalid',
        `The config now backs up ${backup}, and ${plan.backup.subject} was approved.`,
      );
    }
    return target;
  }

  /** Looks at it when it is time to, or stops it as soon as somebody wants that. */
  async #goOn(view: OperationView, target: DeployTarget, running: Running): Promise<Progress> {
    await this.#record.refresh(running.message);
    const stop = await this.#pause(running.lookAgainAfter);
    if (stop !== null) return this.#stop(view, target, { running, by: stop.by });
    return this.#patiently(view, (step) => target.resume(this.#step, running.handle, step));
  }

  /** Waits; ends early when somebody wants the step to stop, and says who. */
  async #pause(milliseconds: number): Promise<StopRequest | null> {
    if (!this.#record.stoppable) {
      await delay(milliseconds);
      return null;
    }
    for (let left = milliseconds; ; left -= LOOK_FOR_STOP) {
      const stop = await readStop(this.#context.database, this.#operationId);
      if (stop !== null || left <= 0) return stop;
      await delay(Math.min(left, LOOK_FOR_STOP));
    }
  }

  /** Ends what the step began, since somebody wants that; what cannot be ended goes on, and that is told. */
  async #stop(
    view: OperationView,
    target: DeployTarget,
    { running, by }: { readonly running: Running; readonly by: string },
  ): Promise<Progress> {
    this.#stoppedAt ??= running.message;
    const message = this.#stoppedAt;
    const progress = await this.#patiently(view, async (step) => {
      try {
        return (
          (await target.stop?.stop(this.#step, running.handle, step)) ?? {
            phase: 'failed',
            problem: 'stopped',
            message,
            stoppedBy: by,
          }
        );
      } catch (error) {
        if (!(error instanceof TargetError) || error.retry === 'retryable') throw error;
        await this.#record.tellNotStopped(error.message);
        return running;
      }
    });
    if (progress.phase === 'running' && this.#record.stoppable) await delay(progress.lookAgainAfter);
    return progress;
  }

  /** Repeats what failed for a reason that may pass, until the step's time is over. */
  async #patiently(view: OperationView, work: (step: StepContext) => Promise<Progress>): Promise<Progress> {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        return await this.#context.lease.whileHeld((signal) => work(this.#stepContext(view, signal)));
      } catch (error) {
        const failure = this.#explain(error);
        const passing = error instanceof TargetError && error.retry === 'retryable';
        if (!passing || this.#isOverTime(view)) return failure;
        await this.#record.refresh(`${failure.message} Trying again.`);
        await delay(pause);
      }
    }
  }

  #explain(error: unknown): Extract<StepProgress, { phase: 'failed' }> {
    if (error instanceof TargetError) {
      this.#context.log.warn(
        { err: error, operation: this.#operationId, step: this.#record.id },
        'step met an error',
      );
      return { phase: 'failed', problem: error.problem, message: error.message };
    }
    this.#context.log.error(
      { err: error, operation: this.#operationId, step: this.#record.id },
      'step met a fault',
    );
    return {
      phase: 'failed',
      problem: 'invalid',
      message: 'Slipway met a fault of its own; its log has the cause.',
    };
  }

  /** A process that takes a step up again gives it a little time, however long nobody was running. */
  #isOverTime(view: OperationView): boolean {
    const now = this.#context.clock().getTime();
    const startedAt = view.steps.find((step) => step.id === this.#record.id)?.startedAt?.getTime() ?? now;
    return (
      now - startedAt > this.#step.timeLimit && now - this.#resumedAt > Math.min(GRACE, this.#step.timeLimit)
    );
  }

  /** Out of time: what goes on is ended before anything is undone beside it. */
  async #giveUp(view: OperationView, target: DeployTarget, running: Running): Promise<Progress> {
    const minutes = Math.round(this.#step.timeLimit / 60_000);
    const message = `not done after ${minutes} min; last: ${running.message}`;
    const late = { phase: 'failed', problem: 'timeout', message } as const;
    const { stop } = target;
    if (stop?.stops(this.#step) !== true) return late;
    this.#givenUpAt ??= this.#context.clock().getTime();
    try {
      const progress = await this.#context.lease.whileHeld((signal) =>
        stop.stop(this.#step, running.handle, this.#stepContext(view, signal)),
      );
      if (progress === null) return late;
      if (progress.phase !== 'running') return progress;
      if (this.#context.clock().getTime() - this.#givenUpAt < GRACE) return progress;
      return { ...late, message: `${message}. It may still go on: ${progress.message}` };
    } catch (error) {
      const why = this.#explain(error).message;
      return { ...late, message: `${message}. It may still go on: ${why}` };
    }
  }

  #stepContext(view: OperationView, signal: AbortSignal): StepContext {
    return {
      operationId: this.#operationId,
      requestedBy: view.operation.requesterId,
      intents: this.#intents(),
      signal,
      log: (line) => void this.#record.log(line),
    };
  }

  /** They wait for the database: its errors are not the target's, and are not to be taken for those. */
  #intents(): Intents {
    const { database, clock } = this.#context;
    const operationId = this.#operationId;
    return {
      declare: async (key) => {
        const at = clock();
        const before = await throughOutages(() => declareIntent(database, { operationId, key }, at));
        // Stored by an attempt whose answer was lost: that is this declaration, and none before it.
        return before?.getTime() === at.getTime() ? null : before;
      },
      since: (key) => throughOutages(() => readIntent(database, { operationId, key })),
      withdraw: (key) => throughOutages(() => withdrawIntent(database, { operationId, key })),
    };
  }
}
