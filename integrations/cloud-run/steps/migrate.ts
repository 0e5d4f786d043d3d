import { z } from 'zod';
import { anyHandle } from '../../step-action.ts';
import { type StepProgress, TargetError } from '../../target.ts';
import type { Execution } from '../client.ts';
import { OPERATION_VARIABLE, shortName } from '../names.ts';
import { ownContainer, readCondition } from '../reading.ts';
import { jobImage } from './set-job-image.ts';
import { defineAction, type StepRun } from './step.ts';

const input = z.object({
  job: z.string(),
  /** What the job must run. */
  image: z.string(),
});
type Input = z.output<typeof input>;

const LOOK_AGAIN = 1_500;

/**
 * Runs the migration job once. Its execution carries the operation's id in an environment variable, by which
 * it is found again; the job's etag keeps a second one from starting when the first reply was lost.
 */
export const migrate = defineAction({
  input,
  handle: anyHandle,
  async start(run, input) {
    const begun = await findExecution(run, input);
    if (begun === null) await runJob(run, input);
    return look(run, input);
  },
  resume: look,
});

async function runJob(run: StepRun, input: Input): Promise<void> {
  const { api, names, repository } = run.binding;
  const { signal, operationId } = run.context;
  const job = await api.getJob(names.job(input.job), signal);
  if (jobImage(job, repository) !== input.image) {
    throw new TargetError(
      'conflict',
      `Somebody else has changed the job ${input.job}: it does not run ${input.image} any more. It was not started.`,
    );
  }
  const own = ownContainer(job.template?.template?.containers ?? [], repository);
  const variable = { name: OPERATION_VARIABLE, value: operationId };
  try {
    await api.runJob(
      {
        name: names.job(input.job),
        etag: job.etag ?? '',
        overrides: { containerOverrides: [{ name: own?.name ?? '', env: [variable] }] },
      },
      signal,
    );
  } catch (error) {
    if ((await findExecution(run, input)) === null) throw error;
  }
}

async function findExecution(run: StepRun, input: Input): Promise<Execution | null> {
  const { api, names } = run.binding;
  const executions = await api.listExecutions(names.job(input.job), run.context.signal);
  return executions.find((execution) => operationOf(execution) === run.context.operationId) ?? null;
}

function operationOf(execution: Execution): string | null {
  const variables = (execution.template?.containers ?? []).flatMap((container) => container.env ?? []);
  return variables.find((variable) => variable.name === OPERATION_VARIABLE)?.value ?? null;
}

async function look(run: StepRun, input: Input): Promise<StepProgress> {
  const execution = await findExecution(run, input);
  const running = (message: string): StepProgress => ({
    phase: 'running',
    handle: null,
    message,
    lookAgainAfter: LOOK_AGAIN,
  });
  if (execution === null) return running(`waiting for the job ${input.job} to begin`);
  const name = shortName(execution.name ?? '');
  const completed = readCondition(execution.conditions?.find((condition) => condition.type === 'Completed'));
  switch (completed.state) {
    case 'succeeded':
      return { phase: 'succeeded', message: `${name} has finished.` };
    case 'failed':
      return {
        phase: 'failed',
        problem: 'unhealthy',
        message: `${name} failed: ${completed.message}${logs(execution)}`,
      };
    case 'pending':
      return running(`${name}: ${execution.succeededCount ?? 0} of ${execution.taskCount ?? 1} tasks done`);
  }
}

function logs(execution: Execution): string {
  return execution.logUri ? ` Logs: ${execution.logUri}` : '';
}
