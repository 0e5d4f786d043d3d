import { expect, test } from 'vitest';
import { type CloudRunWorld, cloudRunWorld } from './cloud-run-world.ts';
import { contextOf, deployPlan, runStep, runSteps, stepOf, undo } from './drive.ts';

test('a migration runs once before traffic moves, found again after a lost reply', async () => {
  const world = await cloudRunWorld({ environment: 'production', migrationJob: 'api-migrate' });
  await world.changeBehindOurBack();
  await deployed(world, 'v1.1.0');
  const target = world.connect();
  const plan = await deployPlan(target, 'v1.0.0');
  expect(plan.steps.map((step) => step.id)).toEqual([
    'create-revision',
    'migrate',
    'verify-new',
    'shift-traffic',
    'verify-serving',
    'tidy',
  ]);
  expect(plan.warnings.join()).toContain('changes data');
  const migrate = stepOf(plan.steps, 'migrate');
  world.cloud.levers.addFault({ method: 'RunJob', resource: '', times: 1, delayMs: 0, loseReply: 'drop' });
  expect(await runStep(target, migrate, contextOf('op_1'))).toMatchObject({ ok: true });
  expect(await runStep(world.connect(), migrate, contextOf('op_1'))).toMatchObject({ ok: true });
  expect(world.cloud.calls().filter((call) => call.method === 'RunJob')).toHaveLength(1);
});

test('a migration job runs the approved image, and is pointed back when it is undone', async () => {
  const world = await cloudRunWorld({ environment: 'production', migrationJob: 'api-migrate' });
  const job = () => world.api.getJob('projects/demo/locations/local/jobs/api-migrate');
  const found = (await job()).template?.template?.containers?.[0]?.image;
  world.cloud.levers.addFault({ method: 'UpdateJob', resource: '', times: 1, delayMs: 0, loseReply: 'drop' });
  const target = world.connect();
  const plan = await deployPlan(target, 'v1.1.0');
  const point = stepOf(plan.steps, 'set-job-image');
  expect(await runStep(target, point, contextOf('op_1'))).toMatchObject({ problem: 'unavailable' });
  const { end, begun } = await runSteps(target, plan.steps, contextOf('op_1'));
  expect(end).toMatchObject({ ok: true });
  expect((await job()).template?.template?.containers).toMatchObject([{ image: plan.artifact?.reference }]);
  const executions = await world.api.listExecutions((await job()).name ?? '', new AbortController().signal);
  expect(executions).toMatchObject([{ template: { containers: [{ image: plan.artifact?.reference }] } }]);
  await undo(target, begun, contextOf('op_1'));
  expect((await job()).template?.template?.containers).toMatchObject([{ image: found }]);
});

test('a migration that fails ends the operation with the execution’s reason', async () => {
  const world = await cloudRunWorld({ environment: 'production', migrationJob: 'api-migrate-failing' });
  await deployed(world, 'v1.1.0');
  const target = world.connect();
  const migrate = stepOf((await deployPlan(target, 'v1.0.0')).steps, 'migrate');
  const end = await runStep(target, migrate, contextOf('op_1'));
  expect(end).toMatchObject({ ok: false, message: expect.stringMatching(/exited with an error.*Logs:/) });
});

test('a job that is not there is said when planning', async () => {
  const world = await cloudRunWorld({ environment: 'production', migrationJob: 'no-such-job' });
  const target = world.connect();
  await expect(deployPlan(target, 'v1.1.0')).rejects.toMatchObject({ problem: 'not-found' });
  const findings = await target.examine();
  expect(findings.filter((one) => !one.ok).map((one) => one.subject)).toContain('Cloud Run job no-such-job');
});

/** Brings a version to serve without the migration of the world's target. */
async function deployed(world: CloudRunWorld, version: string): Promise<void> {
  const target = world.connect();
  const { steps } = await deployPlan(target, version);
  const without = steps.filter((step) => !['set-job-image', 'migrate'].includes(step.id));
  expect((await runSteps(target, without, contextOf('op_before'))).end).toMatchObject({ ok: true });
}
