import { z } from 'zod';
import type { JsonObject } from '../../../src/domain/json.ts';
import { type StepProgress, TargetError } from '../../target.ts';
import { ANNOTATIONS, jobName } from '../names.ts';
import { type CronJob, cronJob, event, type Job, job, type Pod, pod } from '../objects.ts';
import { CRON_JOBS, EVENTS, JOBS, type Place, PODS } from '../resources.ts';
import { withImage } from '../template.ts';
import { troubleOf, troubleText } from '../trouble.ts';
import { tellLog } from './reasons.ts';
import { defineAction, type StepRun } from './step.ts';

const input = z.object({
  /** The CronJob whose template it is made from. */
  job: z.string(),
  /** What these containers are to run; null to leave all as they are. */
  image: z.string().nullable(),
  containers: z.array(z.string()),
});
type Input = z.output<typeof input>;

const LOOK_AGAIN = 1_500;
/**
 * Seconds after which the cluster may clean a finished Job up. A template that asks for less is not followed: the bot
 * may be away for a while, and a Job that is gone does not say whether it has finished.
 */
const KEPT_AT_LEAST = 24 * 3_600;
/** Milliseconds for which an API server keeps events by default: an hour, and some room. */
const EVENTS_KEPT = 55 * 60_000;

/**
 * Runs the migration once, as a Job made from the template of a CronJob. Its name is that of the operation, so that
 * a second one cannot be made when the first reply was lost; that it is about to be made is declared before, so that
 * one which is gone is not made again.
 */
export const migrate = defineAction({
  input,
  handle: z.null(),
  async start(run, input) {
    await createOnce(run, input);
    return look(run, input);
  },
  resume: (run, input) => look(run, input),
});

async function createOnce(run: StepRun, input: Input): Promise<void> {
  const { api, config } = run.binding;
  const { signal, intents } = run.context;
  const place = jobPlace(run, input);
  if ((await api.find(place, job, signal)) !== null) return;
  const source = { resource: CRON_JOBS, namespace: config.namespace, name: input.job };
  const template = await api.read(source, cronJob, signal);
  const intent = `make ${place.name}`;
  const before = await intents.declare(intent);
  if (before !== null && !(await wasNeverMade(run, place, before))) throw gone(place);
  try {
    await api.create(place, jobFrom(run, input, template), job, signal);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    if (error.problem === 'conflict') return;
    if (error.retry === 'terminal') await intents.withdraw(intent);
    throw error;
  }
}

/** False also where nobody can tell: its events would be too old to be kept. */
async function wasNeverMade(run: StepRun, place: Place, declared: Date): Promise<boolean> {
  if (run.binding.now() - declared.getTime() > EVENTS_KEPT) return false;
  const events = { resource: EVENTS, namespace: place.namespace, name: null };
  const selection = { fieldSelector: `involvedObject.kind=Job,involvedObject.name=${place.name}` };
  return (await run.binding.api.list(events, event, selection, run.context.signal)).length === 0;
}

function gone({ name }: Place): TargetError {
  return new TargetError(
    'not-found',
    `The Job ${name} was begun and is gone: whether it has finished, nobody can tell any more. It was not run again; look at the data first.`,
  );
}

function jobFrom(run: StepRun, input: Input, { spec }: CronJob): JsonObject {
  const { metadata, spec: jobSpec } = spec.jobTemplate;
  const { operationId, requestedBy } = run.context;
  const marks = {
    [ANNOTATIONS.operation]: operationId,
    [ANNOTATIONS.requestedBy]: requestedBy,
    'cronjob.kubernetes.io/instantiate': 'manual',
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(input.job, operationId),
      namespace: run.binding.config.namespace,
      labels: metadata.labels,
      annotations: { ...metadata.annotations, ...marks },
    },
    spec: {
      ...jobSpec,
      ttlSecondsAfterFinished: Math.max(KEPT_AT_LEAST, ttlOf(jobSpec)),
      template: withApprovedImage(input, jobSpec),
    },
  };
}

function ttlOf({ ttlSecondsAfterFinished }: JsonObject): number {
  return typeof ttlSecondsAfterFinished === 'number' ? ttlSecondsAfterFinished : 0;
}

const podTemplate = z.record(z.string(), z.json());

function withApprovedImage({ image, containers }: Input, spec: JsonObject): JsonObject {
  const template = podTemplate.parse(spec.template);
  if (image === null) return template;
  return containers.reduce<JsonObject>(
    (changed, container) => withImage(changed, container, image),
    template,
  );
}

async function look(run: StepRun, input: Input): Promise<StepProgress> {
  const place = jobPlace(run, input);
  const found = await run.binding.api.find(place, job, run.context.signal);
  const name = place.name ?? '';
  if (found === null) throw gone(place);
  const ended = endOf(found);
  const pods = await podsOf(run, name);
  if (ended === null) {
    const troubles = pods.map((one) => troubleOf(one, [])).filter((one) => one !== null);
    const wrong = troubles.length === 0 ? '' : `; ${troubleText(troubles)}`;
    const message = `${name}: ${found.status.active} running, ${found.status.failed} failed${wrong}`;
    return { phase: 'running', handle: null, message, lookAgainAfter: LOOK_AGAIN };
  }
  await tellLastLines(run, pods, ended.ok);
  return ended.ok
    ? { phase: 'succeeded', message: `${name} has finished.` }
    : { phase: 'failed', problem: 'unhealthy', message: `${name} failed: ${ended.why}` };
}

/** Null while it runs. */
export function endOf({
  status,
}: Job): { readonly ok: true } | { readonly ok: false; readonly why: string } | null {
  const is = (type: string) => status.conditions.find((one) => one.type === type && one.status === 'True');
  if (is('Complete') !== undefined) return { ok: true };
  const failed = is('Failed');
  if (failed === undefined) return null;
  return { ok: false, why: `${failed.reason}: ${failed.message}.` };
}

async function podsOf(run: StepRun, name: string): Promise<readonly Pod[]> {
  const { api, config } = run.binding;
  const place = { resource: PODS, namespace: config.namespace, name: null };
  const pods = await api.list(
    place,
    pod,
    { labelSelector: `batch.kubernetes.io/job-name=${name}` },
    run.context.signal,
  );
  const begun = ({ metadata }: Pod) => Date.parse(metadata.creationTimestamp);
  return [...pods].sort((a, b) => begun(b) - begun(a));
}

/** What the pod that ran last wrote at its end. */
async function tellLastLines(run: StepRun, pods: readonly Pod[], ok: boolean): Promise<void> {
  const [last] = pods;
  const ran = last?.status.containerStatuses;
  const container = ran?.find(({ state }) => ok || state.terminated?.exitCode !== 0) ?? ran?.[0];
  if (last === undefined || container === undefined) return;
  const { name } = container;
  await tellLog(run, { pod: last.metadata.name, container: name, previous: false, what: 'Last lines' });
}

function jobPlace(run: StepRun, { job }: Input): Place {
  const { config } = run.binding;
  return { resource: JOBS, namespace: config.namespace, name: jobName(job, run.context.operationId) };
}
