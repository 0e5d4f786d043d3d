import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { conditionOf, startConnected } from './demo.ts';

const parent = 'projects/demo/locations/local';
const migrate = `${parent}/jobs/api-migrate`;

describe('a job', () => {
  test('runs to success, with the arguments it was given', async () => {
    const { jobs, executions, cloud } = await startConnected();
    const overrides = { containerOverrides: [{ args: ['--to', 'v1.1.0'] }] };
    const [operation] = await jobs.runJob({ name: migrate, overrides });
    const running = (await executions.listExecutions({ parent: migrate }))[0];
    expect(running).toMatchObject([{ runningCount: 1, reconciling: true }]);

    const [done] = await operation.promise();
    const [execution] = await executions.getExecution({ name: done.name ?? '' });
    expect(execution).toMatchObject({ succeededCount: 1, failedCount: 0, reconciling: false });
    expect(execution.template?.containers?.[0]?.args).toEqual(['--to', 'v1.1.0']);
    expect(conditionOf(execution, 'Completed')?.state).toBe('CONDITION_SUCCEEDED');
    const [job] = await jobs.getJob({ name: migrate });
    expect(job).toMatchObject({
      executionCount: 1,
      latestCreatedExecution: { completionStatus: 'EXECUTION_SUCCEEDED' },
    });
    expect(cloud.calls()).toMatchObject([{ method: 'RunJob', resource: migrate, effect: 'changed' }]);
  });

  test('that fails says so in its operation and its execution', async () => {
    const { jobs, executions } = await startConnected();
    const failing = `${migrate}-failing`;
    const [operation] = await jobs.runJob({ name: failing });
    await expect(operation.promise()).rejects.toThrow('The container exited with an error.');
    const [[execution]] = await executions.listExecutions({ parent: failing });
    expect(execution).toMatchObject({ failedCount: 1 });
    expect(conditionOf(execution ?? {}, 'Completed')).toMatchObject({
      executionReason: 'NON_ZERO_EXIT_CODE',
    });
  });

  test('can be made to fail by a lever', async () => {
    const { jobs, cloud } = await startConnected();
    expect(cloud.failJob('api-migrate', true)).toBe(true);
    expect(cloud.failJob('no-such-job', true)).toBe(false);
    const [operation] = await jobs.runJob({ name: migrate });
    await expect(operation.promise()).rejects.toThrow('exited with an error');
  });

  test('can be cancelled while it runs, once', async () => {
    const { jobs, executions } = await startConnected();
    const [running] = await jobs.runJob({ name: migrate });
    const [[execution]] = await executions.listExecutions({ parent: migrate });
    const name = execution?.name ?? '';
    const [cancelling] = await executions.cancelExecution({ name });
    await cancelling.promise();
    await expect(running.promise()).rejects.toThrow('cancelled');
    const [cancelled] = await executions.getExecution({ name });
    expect(cancelled).toMatchObject({ cancelledCount: 1, reconciling: false });
    await expect(executions.cancelExecution({ name })).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
    });
  });

  test('that is not there is not found', async () => {
    const { jobs } = await startConnected();
    await expect(jobs.runJob({ name: `${parent}/jobs/none` })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
    expect((await jobs.listJobs({ parent }))[0].map((job) => job.name)).toEqual([
      migrate,
      `${migrate}-failing`,
    ]);
  });
});
