import { describe, expect, onTestFinished, test } from 'vitest';
import type { StepContext } from '../../../integrations/target.ts';
import { contextOf, deployPlan, runStep, stepOf } from '../../contract/target/drive.ts';
import { eventually, noCluster } from '../../support/kubernetes/cluster.ts';
import { BEHAVIOUR } from '../../support/kubernetes/stages.ts';
import { type KubernetesWorld, makeKubernetesWorld } from './target-world.ts';

const DAY = 24 * 3_600;

/** A world whose deploys migrate by a suspended CronJob. */
async function worldWithJob(of: {
  readonly image?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
}): Promise<KubernetesWorld> {
  const world = await makeKubernetesWorld({ migrationJob: 'migrate' });
  onTestFinished(() => world.stop());
  const { image = `${world.image}:v1.0.0`, annotations = {} } = of;
  await world.cluster.create('batch/v1', 'cronjobs', {
    metadata: { name: 'migrate' },
    spec: {
      schedule: '0 0 31 2 *',
      suspend: true,
      jobTemplate: {
        spec: {
          backoffLimit: 0,
          ...of.spec,
          template: {
            metadata: { annotations },
            spec: { restartPolicy: 'Never', containers: [{ name: 'app', image }] },
          },
        },
      },
    },
  });
  return world;
}

function listening(operationId: string): { readonly context: StepContext; readonly lines: string[] } {
  const lines: string[] = [];
  return { context: { ...contextOf(operationId), log: (line) => void lines.push(line) }, lines };
}

async function migrateStepOf(world: KubernetesWorld) {
  const plan = await deployPlan(world.connect(), 'v1.1.0');
  return { plan, step: stepOf(plan.steps, 'migrate') };
}

const jobsOf = (world: KubernetesWorld) => world.cluster.list('batch/v1', 'jobs');

describe.skipIf(noCluster)('a migration', () => {
  test('comes before the rollout, and approvers are told that it changes data', async () => {
    const world = await worldWithJob({});
    const { plan } = await migrateStepOf(world);
    expect(plan.steps.map(({ id }) => id)).toEqual(['migrate', 'roll-out', 'verify-serving']);
    expect(plan.warnings.join()).toContain('changes data');
  });

  test('is a Job of the approved image, followed to its end, its last lines told, cleaned up by TTL', async () => {
    const world = await worldWithJob({ annotations: { [BEHAVIOUR.completesIn]: '1s' } });
    await world.cluster.logs(['applied 3 migrations', 'token=s3cr3t-s3cr3t']);
    const { plan, step } = await migrateStepOf(world);
    const { context, lines } = listening('op_migrate');
    expect(await runStep(world.connect(), step, context)).toMatchObject({ ok: true });
    const [job, ...others] = await jobsOf(world);
    expect(others).toEqual([]);
    expect(job?.spec).toMatchObject({
      ttlSecondsAfterFinished: DAY,
      template: { spec: { containers: [{ image: plan.artifact?.reference }] } },
    });
    expect(job?.metadata.annotations).toMatchObject({ 'slipway/operation': 'op_migrate' });
    expect(lines.join('\n')).toContain('applied 3 migrations');
    expect(lines.join('\n')).not.toContain('s3cr3t');
  });

  test('is made once, by however many processes, and when the reply was lost', async () => {
    const world = await worldWithJob({ annotations: { [BEHAVIOUR.completesIn]: '1s' } });
    const { step } = await migrateStepOf(world);
    world.proxy.loseNextReply();
    expect(await runStep(world.connect(), step, contextOf('op_once'))).toMatchObject({ retry: 'retryable' });
    const both = await Promise.all([1, 2].map(() => runStep(world.connect(), step, contextOf('op_once'))));
    expect(both).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await jobsOf(world)).toHaveLength(1);
  });

  test('that fails ends the step with the Job’s reason and the last lines', async () => {
    const world = await worldWithJob({ annotations: { [BEHAVIOUR.crashLoop]: '' } });
    await world.cluster.logs(['relation "users" does not exist']);
    const { step } = await migrateStepOf(world);
    const { context, lines } = listening('op_bad');
    const end = await runStep(world.connect(), step, context);
    expect(end).toMatchObject({
      ok: false,
      message: expect.stringMatching(/migrate-sw\w+ failed: BackoffLimitExceeded/),
    });
    expect(lines.join()).toContain('relation "users" does not exist');
  });

  test.each([
    { asked: 600, kept: DAY },
    { asked: 7 * DAY, kept: 7 * DAY },
  ])('keeps an image of its own, and for a TTL of $asked s is kept for $kept s', async ({ asked, kept }) => {
    const world = await worldWithJob({
      image: 'r.example/flyway:11',
      spec: { ttlSecondsAfterFinished: asked },
    });
    const { plan, step } = await migrateStepOf(world);
    expect(plan.warnings.join()).toContain('runs its own image as it is');
    await runStep(world.connect(), step, contextOf('op_own'));
    const [job] = await jobsOf(world);
    expect(job?.spec).toMatchObject({
      ttlSecondsAfterFinished: kept,
      template: { spec: { containers: [{ image: 'r.example/flyway:11' }] } },
    });
  });

  test('whose Job is gone is neither run again nor called failed: nobody can tell', async () => {
    const world = await worldWithJob({});
    const { step } = await migrateStepOf(world);
    const context = contextOf('op_gone');
    await world.connect().start(step, context);
    const name = await eventually(async () => {
      const [job] = await jobsOf(world);
      return job?.status?.succeeded === 1 && String(job.metadata.name);
    });
    await world.cluster.api.remove(world.cluster.path('batch/v1', 'jobs', name));
    await eventually(async () => (await jobsOf(world)).length === 0);
    for (const again of ['start', 'resume'] as const) {
      const target = world.connect();
      const look = again === 'start' ? target.start(step, context) : target.resume(step, null, context);
      await expect(look).rejects.toMatchObject({
        problem: 'not-found',
        retry: 'terminal',
        message: expect.stringContaining(`The Job ${name} was begun and is gone: whether it has finished`),
      });
    }
    expect(await jobsOf(world)).toEqual([]);
  });

  test('that was only about to begin when the bot died is begun by the next one, soon after', async () => {
    const world = await worldWithJob({});
    const { step } = await migrateStepOf(world);
    const context = contextOf('op_about');
    const { intents } = context;
    const dying = {
      ...intents,
      declare: (key: string) => intents.declare(key).then(() => Promise.reject(new Error('killed'))),
    };
    await expect(world.connect().start(step, { ...context, intents: dying })).rejects.toThrow('killed');
    expect(await runStep(world.connect(), step, context)).toMatchObject({ ok: true });
    expect(await jobsOf(world)).toHaveLength(1);
  });

  test('without its CronJob is said when planning, and by doctor', async () => {
    const world = await makeKubernetesWorld({ migrationJob: 'gone' });
    onTestFinished(() => world.stop());
    const target = world.connect();
    await expect(deployPlan(target, 'v1.1.0')).rejects.toMatchObject({ problem: 'not-found' });
    const wrong = (await target.examine()).filter(({ ok }) => !ok).map(({ subject }) => subject);
    expect(wrong).toEqual(['CronJob gone']);
  });
});
