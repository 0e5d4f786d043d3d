import { expect, test } from 'vitest';
import type { CloudRunBinding } from '../../../../integrations/cloud-run/binding.ts';
import type { CloudRunApi, Job } from '../../../../integrations/cloud-run/client.ts';
import { cloudRunTargetConfig } from '../../../../integrations/cloud-run/config.ts';
import { resourceNames } from '../../../../integrations/cloud-run/names.ts';
import { planDeploy } from '../../../../integrations/cloud-run/plan.ts';
import { setJobImageStep } from '../../../../integrations/cloud-run/plan-steps.ts';
import { setJobImage } from '../../../../integrations/cloud-run/steps/set-job-image.ts';
import { stepRun } from '../../../../integrations/cloud-run/steps/step.ts';

const OLD = `r.example/api@sha256:${'a'.repeat(64)}`;
const NEW = `r.example/api@sha256:${'b'.repeat(64)}`;
const config = cloudRunTargetConfig.parse({ kind: 'cloud-run', project: 'p', region: 'l', service: 'api' });

function jobOf(image: string): Job {
  return {
    name: 'projects/p/locations/l/jobs/migrate',
    etag: 'e1',
    template: { taskCount: 3, template: { containers: [{ image, args: ['upgrade'] }] } },
    terminalCondition: { type: 'Ready', state: 'CONDITION_SUCCEEDED' },
  };
}

/** A binding on an API that has one job and knows nothing else. */
function bindingOn(state: { job: Job; updates: Job[] }): CloudRunBinding {
  const absent = async () => {
    throw new Error('not asked here');
  };
  const api: CloudRunApi = {
    getService: async () => ({ latestReadyRevision: 'api-1', trafficStatuses: [] }),
    updateService: absent,
    findRevision: absent,
    listRevisions: absent,
    findOperation: async () => ({ done: true, error: null }),
    getJob: async () => state.job,
    updateJob: async (job) => {
      state.updates.push(job);
      state.job = job;
      return 'operations/1';
    },
    runJob: absent,
    listExecutions: absent,
    heldPermissions: absent,
    close: async () => {},
  };
  return {
    ref: { service: 'api', environment: 'production' },
    config,
    names: resourceNames(config),
    api,
    artifacts: { resolve: absent, versions: absent, versionsOf: absent, manifestsOf: absent },
    checker: { run: absent },
    repository: 'r.example/api',
    checks: [],
    watch: 0,
    now: () => 0,
    migrationJob: 'migrate',
  };
}

function runOn(binding: CloudRunBinding) {
  const { signal } = new AbortController();
  const intents = { declare: async () => null, since: async () => null, withdraw: async () => undefined };
  return stepRun(binding, { operationId: 'op_1', requestedBy: 'Ana', log: () => {}, intents, signal });
}

const step = setJobImageStep({ name: 'migrate', found: OLD, image: NEW });

test('points the job at the approved image and keeps everything else, if its etag still holds', async () => {
  const state = { job: jobOf(OLD), updates: [] as Job[] };
  const progress = await setJobImage.start(runOn(bindingOn(state)), step.input);
  expect(progress.phase).toBe('succeeded');
  expect(state.updates).toEqual([jobOf(NEW)]);
});

test('changes nothing when that is done already, and its undo swaps back', async () => {
  const state = { job: jobOf(NEW), updates: [] as Job[] };
  await setJobImage.start(runOn(bindingOn(state)), step.input);
  expect(state.updates).toEqual([]);
  await setJobImage.start(runOn(bindingOn(state)), step.undo?.input ?? {});
  expect(state.updates).toEqual([jobOf(OLD)]);
});

test('a job that somebody else changed is a conflict and is left alone', async () => {
  const state = { job: jobOf('r.example/api:theirs'), updates: [] as Job[] };
  const started = setJobImage.start(runOn(bindingOn(state)), step.input);
  await expect(started).rejects.toMatchObject({ problem: 'conflict' });
  expect(state.updates).toEqual([]);
});

test('the plan points a job of the service’s own image at the artifact, and runs another as it is', async () => {
  const artifact = { version: 'v2', digest: `sha256:${'b'.repeat(64)}`, reference: NEW } as const;
  const live = {
    traffic: [],
    revisions: [],
    health: { status: 'healthy' },
    url: null,
    fingerprint: '',
    notes: [],
  } as const;
  const planned = async (image: string) => {
    const outcome = await planDeploy(bindingOn({ job: jobOf(image), updates: [] }), { live, artifact });
    if (!outcome.ok) throw new Error(outcome.refusal.code);
    return outcome.value;
  };
  expect((await planned(OLD)).steps.map((one) => one.id)).toContain('set-job-image');
  const theirs = await planned('r.example/migrations:7');
  expect(theirs.steps.map((one) => one.id)).not.toContain('set-job-image');
  expect(theirs.warnings.join()).toContain('r.example/migrations:7');
});
