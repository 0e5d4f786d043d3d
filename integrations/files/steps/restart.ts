import { z } from 'zod';
import type { Json } from '../../../src/domain/json.ts';
import { maskSecrets } from '../../mask.ts';
import type { StepAction } from '../../step-action.ts';
import type { StepProgress } from '../../target.ts';
import { checkerFor, healthCheck } from '../addresses.ts';
import { RESTART_LIMIT } from '../plan-steps.ts';
import { beginWork, followWork, isEnd, ranOutOfTime, type Work, type WorkEnd, wasBegun } from './detached.ts';
import { defineAction, type StepRun, succeeded } from './step.ts';

/** How often it was asked whether it is up; null while the restart’s own command runs. */
const handle = z.object({ work: z.json(), tried: z.number().nullable() });

/** Lines of the command’s output that go into the thread. */
const SHOWN = 10;

/** Runs the config’s restart command, then asks until it answers, at most so many times. */
export const restart: StepAction<StepRun> = defineRestart('restart');

/** The same with what was there before; not needed where nothing was restarted. */
export const restartBack: StepAction<StepRun> = defineRestart('restart-back');

function defineRestart(name: 'restart' | 'restart-back'): StepAction<StepRun> {
  const workOf = ({ binding: { config } }: StepRun): Work => ({
    name,
    argv: config.restart,
    directory: config.directory,
    timeLimit: RESTART_LIMIT,
  });
  return defineAction({
    input: z.object({}),
    handle,
    async start(run) {
      if (name === 'restart-back' && !(await wasBegun(run, 'restart'))) {
        return succeeded('It was not restarted.');
      }
      return afterWork(run, await beginWork(run, workOf(run)));
    },
    async resume(run, _input, { work, tried }) {
      if (tried !== null) return ask(run, tried);
      return afterWork(run, await followWork(run, workOf(run), work));
    },
  });
}

async function afterWork(run: StepRun, progress: WorkEnd | StepProgress): Promise<StepProgress> {
  if (!isEnd(progress)) {
    return progress.phase === 'running'
      ? { ...progress, handle: { work: progress.handle, tried: null } }
      : progress;
  }
  const said = maskSecrets(progress.output).trim().split('\n').slice(-SHOWN).join('\n');
  if (said !== '') run.context.log(said);
  if (progress.status !== 0) return commandFailed(run, progress, said);
  return ask(run, 0);
}

function commandFailed(run: StepRun, end: WorkEnd, said: string): StepProgress {
  const command = run.binding.config.restart.join(' ');
  const how = ranOutOfTime(end) ? 'did not end in time' : `ended with status ${end.status}`;
  return {
    phase: 'failed',
    problem: 'unhealthy',
    message: `${command} ${how}${said === '' ? '' : `: ${said.split('\n').slice(-3).join(' ')}`}`,
  };
}

async function ask(run: StepRun, tried: number): Promise<StepProgress> {
  const { config } = run.binding;
  const check = healthCheck(config);
  if (check === null || config.health === undefined) return succeeded('Restarted.');
  const { ok, detail } = await checkerFor(run.binding, check).run({
    checks: [check],
    baseUrl: config.url ?? check.http,
    signal: run.context.signal,
  });
  const tries = tried + 1;
  if (ok) return succeeded(`${detail}, at try ${tries} of ${config.health.tries}`);
  if (tries >= config.health.tries) {
    return {
      phase: 'failed',
      problem: 'unhealthy',
      message: `It does not answer as it must: ${detail}, at ${tries} tries.`,
    };
  }
  return running(
    { work: null, tried: tries },
    `${detail} (try ${tries} of ${config.health.tries})`,
    config.health.pause,
  );
}

function running(
  state: { work: Json; tried: number },
  message: string,
  lookAgainAfter: number,
): StepProgress {
  return { phase: 'running', handle: state, message, lookAgainAfter };
}
