import { z } from 'zod';
import { type StepProgress, TargetError } from '../../target.ts';
import type { Container, Job } from '../client.ts';
import { ended } from '../errors.ts';
import { ownContainer, readCondition } from '../reading.ts';
import { operationFailure } from './change-service.ts';
import { defineAction, operationHandle, type StepRun } from './step.ts';

const input = z.object({
  job: z.string(),
  /** What the job is to run, and what the plan found it to run. */
  image: z.string(),
  found: z.string(),
});
type Input = z.output<typeof input>;

const LOOK_AGAIN = 500;

/** Points a job at an image, if it still runs the one that the plan found. Undone by swapping the two. */
export const setJobImage = defineAction({
  input,
  handle: operationHandle,
  async start(run, input) {
    const { api, names } = run.binding;
    const job = await api.getJob(names.job(input.job), run.context.signal);
    const image = jobImage(job, run.binding.repository);
    if (image === input.image) return look(run, input, null);
    if (image !== input.found) throw changed(input, image);
    const operation = await api.updateJob(
      withImage(job, run.binding.repository, input.image),
      run.context.signal,
    );
    return look(run, input, operation);
  },
  async resume(run, input, handle) {
    return look(run, input, handle.operation);
  },
});

/** What a job's own container runs; null when it is not clear which one that is. */
export function jobImage(job: Job, repository: string): string | null {
  return ownContainer(containersOf(job), repository)?.image ?? null;
}

function containersOf(job: Job): readonly Container[] {
  return job.template?.template?.containers ?? [];
}

function withImage(job: Job, repository: string, image: string): Job {
  const own = ownContainer(containersOf(job), repository);
  const containers = containersOf(job).map((one) => (one === own ? { ...one, image } : one));
  return { ...job, template: { ...job.template, template: { ...job.template?.template, containers } } };
}

function changed(input: Input, image: string | null): TargetError {
  return new TargetError(
    'conflict',
    `Somebody else has pointed the job ${input.job} at ${image ?? 'something else'}. It was left as it is.`,
  );
}

async function look(run: StepRun, input: Input, operation: string | null): Promise<StepProgress> {
  const { api, names, repository } = run.binding;
  const [job, failure] = await Promise.all([
    api.getJob(names.job(input.job), run.context.signal),
    operationFailure(run, operation),
  ]);
  if (jobImage(job, repository) !== input.image) throw changed(input, jobImage(job, repository));
  if (failure !== null) return { phase: 'failed', problem: 'invalid', message: ended(failure) };
  const condition = readCondition(job.terminalCondition);
  if (condition.state === 'failed')
    return { phase: 'failed', problem: 'invalid', message: condition.message };
  if (!job.reconciling) return { phase: 'succeeded', message: `${input.job} runs ${input.image}.` };
  return {
    phase: 'running',
    handle: { operation },
    message: `waiting for the job ${input.job}`,
    lookAgainAfter: LOOK_AGAIN,
  };
}
