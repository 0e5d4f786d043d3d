import { z } from 'zod';
import type { Json } from '../../../src/domain/json.ts';
import { lookAtWhole, stopRun } from '../../detached.ts';
import { type DetachedRun, OUT_OF_TIME } from '../../host.ts';
import { type StepProgress, TargetError } from '../../target.ts';
import type { StepRun } from './step.ts';

/** Work that the host goes on with whatever becomes of us. It may be begun again if it was killed half-way. */
export type Work = Pick<DetachedRun, 'argv' | 'directory' | 'timeLimit'> & {
  /** Its name in the operation: `swap`. */
  readonly name: string;
};

export interface WorkEnd {
  readonly status: number;
  readonly output: string;
}

/** Which attempt is under way; the same in every process. What was begun by older versions does not name its run. */
const handle = z.object({ attempt: z.number(), run: z.string().optional() });
/** That of a step that does more than follow the work has it inside. */
const anyHandle = z.union([handle, z.object({ work: handle }).transform(({ work }) => work)]);

const MOST_ATTEMPTS = 3;
/** Milliseconds that one look stays for the end. */
const WAIT = 5_000;
const LOOK_AGAIN = 250;

/** Begins the work, or finds that it was begun, and stays a little. */
export function beginWork(run: StepRun, work: Work): Promise<WorkEnd | StepProgress> {
  return attempt(run, work, 1);
}

export async function followWork(run: StepRun, work: Work, stored: Json): Promise<WorkEnd | StepProgress> {
  return lookAtWork(run, work, handle.parse(stored).attempt);
}

/** Ends what the handle of a step follows, if it follows something. */
export async function stopWork({ binding, context }: StepRun, stored: Json): Promise<void> {
  const { success, data } = anyHandle.safeParse(stored);
  if (success && data.run !== undefined) await stopRun(binding.host, data.run, context.signal);
}

export function isEnd(progress: WorkEnd | StepProgress): progress is WorkEnd {
  return 'status' in progress;
}

/** Whether the operation ever began this work. */
export async function wasBegun({ binding, context }: StepRun, name: string): Promise<boolean> {
  const state = await binding.host.look(
    { id: workId(context.operationId, name, 1), from: 0 },
    context.signal,
  );
  return state.state !== 'absent';
}

/** A run belongs to one operation and step for ever; the host takes lower-case letters, digits, dots and dashes. */
function workId(operationId: string, name: string, number: number): string {
  const operation = operationId.toLowerCase().replaceAll(/[^a-z0-9.-]/g, '-');
  return `${operation}/${name}${number === 1 ? '' : `.${number}`}`;
}

async function attempt(run: StepRun, work: Work, number: number): Promise<WorkEnd | StepProgress> {
  const { name, ...what } = work;
  const { host } = run.binding;
  await host.start({ id: workId(run.context.operationId, name, number), ...what }, run.context.signal);
  return lookAtWork(run, work, number);
}

async function lookAtWork(run: StepRun, work: Work, number: number): Promise<WorkEnd | StepProgress> {
  const { host } = run.binding;
  const id = workId(run.context.operationId, work.name, number);
  const state = await lookAtWhole(host, { id, wait: WAIT }, run.context.signal);
  switch (state.state) {
    case 'ended':
      if (wasKilled(state.status) && number < MOST_ATTEMPTS) return attempt(run, work, number + 1);
      return { status: state.status, output: state.output };
    case 'running':
      return {
        phase: 'running',
        handle: { attempt: number, run: id },
        message: lastLine(state.output) ?? `${host.name} is at work`,
        lookAgainAfter: LOOK_AGAIN,
      };
    case 'lost':
      if (number < MOST_ATTEMPTS) return attempt(run, work, number + 1);
      throw new TargetError(
        'unhealthy',
        `${host.name} did not finish it in ${number} attempts: ${state.why}`,
      );
    case 'absent':
      return attempt(run, work, number);
  }
}

/** A shell says so of a program that a signal ended: it did not come to an end of its own. */
function wasKilled(status: number): boolean {
  return status > 128;
}

export function lastLine(output: string): string | null {
  return output.trim().split('\n').at(-1)?.trim() || null;
}

/** Time is over by the host’s own clock. */
export function ranOutOfTime({ status }: WorkEnd): boolean {
  return status === OUT_OF_TIME;
}
