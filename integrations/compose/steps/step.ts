import { z } from 'zod';
import type { TargetProblem } from '../../../src/domain/refusal.ts';
import { beginRun, lookAtRun, runHandle } from '../../detached.ts';
import { type DetachedRun, OUT_OF_TIME } from '../../host.ts';
import { actionsWith } from '../../step-action.ts';
import { type StepContext, type StepProgress, TargetError } from '../../target.ts';
import type { ComposeBinding, ProjectBinding } from '../binding.ts';
import { dockerError } from '../docker-errors.ts';

/** One step under way: the target, and the operation that it belongs to. */
export interface StepRun<B extends ProjectBinding = ComposeBinding> {
  readonly binding: B;
  readonly context: StepContext;
  /** Milliseconds that the step may take. */
  readonly timeLimit: number;
}

export const { defineAction, defineLook } = actionsWith<StepRun>();

/** A step of any project. */
type AnyRun = StepRun<ProjectBinding>;

/** Work on the host that a step follows: `attempt` counts from 1, `until` is when all of them must have ended. */
export const workHandle = runHandle.extend({
  attempt: z.number(),
  /** Epoch milliseconds; absent in what was begun before this was kept. */
  until: z.number().optional(),
});
export type WorkHandle = z.output<typeof workHandle>;

/** Work that a step has the host do. */
export interface Work {
  /** What it is called in errors: “pulling v1.2.0”. */
  readonly doing: string;
  readonly id: string;
  readonly command: Omit<DetachedRun, 'id' | 'timeLimit'>;
  /** How often it is begun at most: more than once only for what may be done again. */
  readonly attempts: number;
  /** What a status other than 0 means; what Docker means by it, where this is absent. */
  readonly explain?: (status: number, output: string) => TargetError;
}

export type WorkEnd =
  | { readonly phase: 'done' }
  | Extract<StepProgress, { phase: 'running' }>
  | Extract<StepProgress, { phase: 'failed' }>;

const SOON = 30;
/** Milliseconds that an attempt gets at least; with less than that left, none is begun. */
const LEAST_TIME = 1_000;
/** Milliseconds before it is begun again. */
const PAUSE = 3_000;
/** Characters of output that are kept for explaining a failure. */
const KEPT = 4_000;

/** True if this work was begun before, by whoever. */
export async function wasBegun(run: AnyRun, work: Pick<Work, 'id'>): Promise<boolean> {
  const look = await run.binding.host.look({ id: work.id, from: 0 }, run.context.signal);
  return look.state !== 'absent';
}

/** Begins the work, or finds it begun. */
export function beginWork(run: AnyRun, work: Work): Promise<StepProgress> {
  return beginAttempt(run, work, { attempt: 1, until: run.binding.now() + run.timeLimit });
}

/** An attempt gets what is left of the step's time. */
async function beginAttempt(
  run: AnyRun,
  work: Work,
  { attempt, until }: { readonly attempt: number; readonly until: number },
): Promise<StepProgress> {
  const id = attempt === 1 ? work.id : `${work.id}.${attempt}`;
  const { host, now } = run.binding;
  const timeLimit = Math.max(LEAST_TIME, until - now());
  const handle = await beginRun(host, { ...work.command, id, timeLimit }, run.context);
  return working({ ...handle, attempt, until }, work.doing);
}

/** One look at the work. What failed for a reason that may pass is begun again, if it may be. */
export async function followWork(run: AnyRun, work: Work, handle: WorkHandle): Promise<WorkEnd> {
  const { host } = run.binding;
  const until = handle.until ?? run.binding.now() + run.timeLimit;
  const look = await lookAtRun(host, handle, run.context);
  if (look.state === 'running') {
    return working({ ...look.handle, attempt: handle.attempt, until }, look.last || work.doing);
  }
  if (look.state === 'ended' && look.status === 0) return { phase: 'done' };
  const error =
    look.state === 'lost'
      ? new TargetError('unavailable', `${look.why} while ${work.doing}.`)
      : explained(host.name, work, look);
  if (isWorthIt(error, work, handle) && run.binding.now() + LEAST_TIME < until) {
    const next = { attempt: handle.attempt + 1, until };
    const again = await beginLater(run, work, next, error.message);
    return again.phase === 'running' ? again : failure('unavailable', error.message);
  }
  return failure(error.problem, error.message);
}

/** Out of time is out of time, however much of it another attempt would want. */
function isWorthIt({ retry, problem }: TargetError, { attempts }: Work, { attempt }: WorkHandle): boolean {
  return retry === 'retryable' && problem !== 'timeout' && attempt < attempts;
}

async function beginLater(
  run: AnyRun,
  work: Work,
  next: { readonly attempt: number; readonly until: number },
  why: string,
): Promise<StepProgress> {
  const begun = await beginAttempt(run, work, next);
  return begun.phase === 'running'
    ? { ...begun, message: `${why} Trying again.`, lookAgainAfter: PAUSE }
    : begun;
}

function explained(
  host: string,
  { doing, explain }: Work,
  { status, output }: { readonly status: number; readonly output: string },
): TargetError {
  if (status === OUT_OF_TIME) return new TargetError('timeout', `On ${host}, ${doing} did not end in time.`);
  const kept = output.slice(-KEPT);
  return explain?.(status, kept) ?? dockerError(host, doing, kept);
}

function working(
  handle: WorkHandle & { readonly until: number },
  message: string,
): Extract<StepProgress, { phase: 'running' }> {
  return { phase: 'running', handle, message, lookAgainAfter: SOON };
}

export function failure(problem: TargetProblem, message: string): Extract<StepProgress, { phase: 'failed' }> {
  return { phase: 'failed', problem, message };
}
