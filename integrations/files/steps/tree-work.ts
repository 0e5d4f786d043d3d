import { z } from 'zod';
import { anyHandle, type StepAction } from '../../step-action.ts';
import type { StepProgress } from '../../target.ts';
import { checkStatus, treeCommand, type Verb } from '../host/script.ts';
import { beginWork, followWork, isEnd, type Work, type WorkEnd } from './detached.ts';
import { defineAction, type StepRun, succeeded } from './step.ts';

/** An action that lets the host’s script do something to the tree, and says what came of it. */
export function defineTreeAction(work: {
  readonly verb: Verb;
  readonly name: string;
  /** What the script is told beside the operation’s directory and that of the backups. */
  readonly data?: (run: StepRun) => readonly string[];
  readonly timeLimit: number;
  readonly done: (run: StepRun, said: string) => Promise<string> | string;
}): StepAction<StepRun> {
  const workOf = (run: StepRun): Work => {
    const { config, backups } = run.binding;
    const data = [run.operation, backups, ...(work.data?.(run) ?? [])];
    return {
      name: work.name,
      argv: treeCommand(work.verb, config.directory, ...data),
      timeLimit: work.timeLimit,
    };
  };
  const settle = async (run: StepRun, progress: WorkEnd | StepProgress): Promise<StepProgress> => {
    if (!isEnd(progress)) return progress;
    checkStatus(run.binding.host, progress.status, progress.output);
    return succeeded(await work.done(run, progress.output.trim()));
  };
  return defineAction({
    input: z.object({}),
    handle: anyHandle,
    start: async (run) => settle(run, await beginWork(run, workOf(run))),
    resume: async (run, _input, handle) => settle(run, await followWork(run, workOf(run), handle)),
  });
}
