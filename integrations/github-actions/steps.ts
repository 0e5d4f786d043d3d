import { z } from 'zod';
import type { Json } from '../../src/domain/json.ts';
import type { PlannedStep } from '../../src/domain/plan.ts';
import { type StepContext, type StepProgress, TargetError } from '../target.ts';
import type { WorkflowJob, WorkflowRun } from '../workflows.ts';
import { type ActionsBinding, followsVersion, inputsFor, refFor, type Shipped } from './binding.ts';
import { fingerprintOf, type MarkedRun, runsOf, servingRun } from './inspect.ts';
import { markerText } from './marker.ts';

/** Milliseconds between two looks at a run. */
const LOOK = 3_000;
/** A run that was asked for is there after a few seconds; after this it will not be. */
const APPEARS_WITHIN = 3 * 60_000;

const shippedInput = z.object({ commit: z.string(), version: z.string() });
const runInput = shippedInput.extend({ live: z.string() });
const backInput = shippedInput.extend({ previous: shippedInput.nullable() });

/** `run` null: it was asked for at `since`, and is not there yet. `forward`: what is taken back has to end first. */
const handleSchema = z.object({
  waitsFor: z.enum(['own', 'forward']),
  run: z.string().nullable(),
  since: z.number(),
  told: z.boolean(),
});
type Handle = z.output<typeof handleSchema>;

/** What a step is done with. */
interface StepRun {
  readonly binding: ActionsBinding;
  readonly step: PlannedStep;
  readonly context: StepContext;
}

/** Begins a step, or finds what an earlier call of it began. */
export async function start(run: StepRun): Promise<StepProgress> {
  run.context.signal.throwIfAborted();
  switch (run.step.action) {
    case 'run-workflow':
      return startRun(run);
    case 'run-back':
      return startBack(run);
    case 'verify':
      return verify(run);
    default:
      throw new TargetError('invalid', `This version of Slipway does not know the step ${run.step.action}.`);
  }
}

export async function resume(run: StepRun, handle: Json): Promise<StepProgress> {
  run.context.signal.throwIfAborted();
  const parsed = handleSchema.parse(handle);
  return parsed.waitsFor === 'forward' ? startBack(run) : follow(run, parsed);
}

/** True for a step whose run can be stopped: what takes one back is not stopped half-way. */
export function stops({ action }: PlannedStep): boolean {
  return action === 'run-workflow';
}

/** Has the step's run cancelled; null once it has ended by that. */
export async function stop(run: StepRun, handle: Json): Promise<StepProgress | null> {
  run.context.signal.throwIfAborted();
  const parsed = handleSchema.parse(handle);
  const id = parsed.run ?? ownRun(await runsOf(run.binding), keyOf(run))?.id ?? null;
  // One that was asked for and is not there yet can only be waited for.
  if (id === null) return follow(run, parsed);
  const own: Handle = { ...parsed, run: id };
  const [found, jobs] = await Promise.all([run.binding.workflows.run(id), run.binding.workflows.jobs(id)]);
  if (found.status === 'completed') return found.conclusion === 'cancelled' ? null : follow(run, own);
  await cancel(run, id);
  const message = `being cancelled: ${jobsText(found, jobs)}`;
  return { phase: 'running', handle: own, message, lookAgainAfter: LOOK };
}

async function startRun(run: StepRun): Promise<StepProgress> {
  const { live, ...shipped } = runInput.parse(run.step.input);
  const runs = await runsOf(run.binding);
  const own = ownRun(runs, keyOf(run));
  if (own !== null) return follow(run, ownHandle(run, own));
  if (!(await isAskedFor(run)) && fingerprintOf(runs) !== live) {
    throw new TargetError('conflict', 'Somebody else ran the workflow since this was planned.');
  }
  return ask(run, shipped);
}

/** Whether an earlier call said that it would ask, without leaving anything to be found yet. */
async function isAskedFor({ context, step }: StepRun): Promise<boolean> {
  return (await context.intents.since(step.id)) !== null;
}

/**
 * Asks for a run once. GitHub begins another for each time that it is asked, and shows none for some seconds:
 * so that it is asked is stored before, and whoever comes after waits for the run instead of asking again.
 */
async function ask(run: StepRun, shipped: Shipped): Promise<StepProgress> {
  const { binding, context, step } = run;
  const { workflows, config, ref: target } = binding;
  const earlier = await context.intents.declare(step.id);
  if (earlier !== null) return waiting(earlier.getTime());
  const marker = markerText({ target, key: keyOf(run), ...shipped });
  const inputs = { ...inputsFor(binding, shipped), [config.correlation]: marker };
  try {
    await workflows.dispatch(config.workflow, { ref: refFor(binding, shipped), inputs });
  } catch (error) {
    // Refused, or never sent: nothing runs, and it may be asked for again.
    if (error instanceof TargetError && !mayHaveRun(error)) await context.intents.withdraw(step.id);
    throw error;
  }
  return waiting(binding.now());
}

/** An answer that got lost leaves it open whether it was done. */
function mayHaveRun({ problem }: TargetError): boolean {
  return problem === 'unavailable' || problem === 'timeout';
}

function waiting(since: number): StepProgress {
  const handle: Handle = { waitsFor: 'own', run: null, since, told: false };
  return { phase: 'running', handle, message: 'waiting for its run to appear', lookAgainAfter: LOOK / 3 };
}

async function follow(run: StepRun, handle: Handle): Promise<StepProgress> {
  const id = handle.run ?? ownRun(await runsOf(run.binding), keyOf(run))?.id ?? null;
  if (id === null) {
    if (run.binding.now() - handle.since < APPEARS_WITHIN) return waiting(handle.since);
    return {
      phase: 'failed',
      problem: 'unavailable',
      message:
        'GitHub was asked for a run and shows none. It is not asked twice: look at the workflow’s runs first.',
    };
  }
  const [found, jobs] = await Promise.all([run.binding.workflows.run(id), run.binding.workflows.jobs(id)]);
  if (!handle.told) run.context.log(`Its run: ${found.url}`);
  const moved = movedTag(run, found);
  if (moved !== null) return stopped(run, found, moved);
  if (found.status === 'completed') return ended(found, jobs);
  const next: Handle = { ...handle, run: id, told: true };
  return { phase: 'running', handle: next, message: jobsText(found, jobs), lookAgainAfter: LOOK };
}

/** Why a run is of another commit than the one that it was asked for; null if it is not. */
function movedTag({ binding, step }: StepRun, found: WorkflowRun): string | null {
  if (!followsVersion(binding)) return null;
  const commit = wantedCommit(step);
  if (commit === null || found.commit === commit) return null;
  return `The run is of ${found.commit.slice(0, 7)}, and ${commit.slice(0, 7)} was meant: its tag or branch was moved. ${found.url}`;
}

/** What a run of this step has to ship; null where it begins none. */
function wantedCommit({ action, input }: PlannedStep): string | null {
  if (action === 'run-workflow') return shippedInput.parse(input).commit;
  return backInput.parse(input).previous?.commit ?? null;
}

/** What was not approved goes no further: waiting for its end would be waiting until it is deployed. */
async function stopped(run: StepRun, found: WorkflowRun, message: string): Promise<StepProgress> {
  if (found.status !== 'completed') await cancel(run, found.id);
  return { phase: 'failed', problem: 'conflict', message };
}

function ended(found: WorkflowRun, jobs: readonly WorkflowJob[]): StepProgress {
  if (found.conclusion === 'success')
    return { phase: 'succeeded', message: `its run succeeded: ${found.url}` };
  const message = `its run ended with ${found.conclusion ?? 'nothing'}: ${jobsText(found, jobs)}. ${found.url}`;
  return { phase: 'failed', problem: 'unhealthy', message };
}

/** “test ✓, deploy 2 of 5 steps, verify waits”. */
function jobsText(run: WorkflowRun, jobs: readonly WorkflowJob[]): string {
  if (jobs.length === 0)
    return run.status === 'queued' ? 'its run waits for a runner' : 'its run is under way';
  return jobs.map(jobText).join(', ');
}

function jobText({ name, status, conclusion, done, steps }: WorkflowJob): string {
  if (status === 'queued') return `${name} waits`;
  if (status === 'running') return `${name} ${done} of ${steps} steps`;
  return conclusion === 'success' || conclusion === 'skipped'
    ? `${name} ✓`
    : `${name} ✗ (${conclusion ?? 'ended'})`;
}

/** Takes a run back: cancelled while it runs, and then what served before is shipped again. */
async function startBack(run: StepRun): Promise<StepProgress> {
  const { previous } = backInput.parse(run.step.input);
  const runs = await runsOf(run.binding);
  const again = ownRun(runs, keyOf(run));
  if (again !== null) return follow(run, ownHandle(run, again));
  const forward = ownRun(runs, `${run.context.operationId}/run-workflow`);
  if (forward === null) return notFound(run);
  if (forward.status !== 'completed') return cancelled(run, forward);
  const since = runs.slice(
    0,
    runs.findIndex(({ run: one }) => one.id === forward.id),
  );
  const newer = since.find(({ run: one }) => one.conclusion === 'success');
  if (newer !== undefined) {
    return {
      phase: 'succeeded',
      message: `somebody else ran the workflow since, which is left as it is: ${newer.run.url}`,
      left: true,
    };
  }
  if (previous === null) {
    const message = 'nothing was shipped by it before that could be again';
    return { phase: 'succeeded', message, left: true };
  }
  return ask(run, previous);
}

function ownHandle({ binding }: StepRun, { id }: WorkflowRun): Handle {
  return { waitsFor: 'own', run: id, since: binding.now(), told: false };
}

/** What is taken back is not over yet. */
function waitsForForward({ binding }: StepRun, message: string): StepProgress {
  const handle: Handle = { waitsFor: 'forward', run: null, since: binding.now(), told: false };
  return { phase: 'running', handle, message, lookAgainAfter: LOOK };
}

/** Nothing was ever asked for, or it may yet appear. */
async function notFound(run: StepRun): Promise<StepProgress> {
  const { binding, context } = run;
  const since = await context.intents.since('run-workflow');
  if (since === null) return { phase: 'succeeded', message: 'it was never begun' };
  if (binding.now() - since.getTime() > APPEARS_WITHIN)
    return { phase: 'succeeded', message: 'its run never appeared' };
  return waitsForForward(run, 'waiting for the run that was asked for, to cancel it');
}

/** Has it cancelled, once: GitHub takes its time until what runs has ended. */
async function cancel({ binding, context }: StepRun, id: string): Promise<void> {
  const asked = `cancel ${id}`;
  if ((await context.intents.since(asked)) !== null) return;
  await binding.workflows.cancel(id).catch((error: unknown) => {
    // It ended meanwhile.
    if (!(error instanceof TargetError) || error.problem !== 'conflict') throw error;
  });
  // Kept behind it: to ask again for what GitHub may not have heard does no harm.
  await context.intents.declare(asked);
}

async function cancelled(run: StepRun, forward: WorkflowRun): Promise<StepProgress> {
  await cancel(run, forward.id);
  return waitsForForward(run, `its run is being cancelled: ${forward.url}`);
}

/** The newest run that may have changed anything is the approved one, and the checks pass. */
async function verify({ binding, step, context }: StepRun): Promise<StepProgress> {
  const { commit } = shippedInput.parse(step.input);
  const runs = await runsOf(binding);
  const newest = runs.find(({ run }) => run.conclusion === 'success');
  const serving = servingRun(runs);
  if (serving === null || newest?.run.id !== serving.run.id || serving.marker.commit !== commit) {
    throw new TargetError('conflict', 'Somebody else ran the workflow meanwhile; what serves is not known.');
  }
  if (binding.checks.length === 0) {
    return {
      phase: 'succeeded',
      message: `the run for ${serving.marker.version} is the last one that succeeded: ${serving.run.url}`,
    };
  }
  const { checker, checks, config } = binding;
  const baseUrl = config.url ?? 'http://unused.invalid';
  const { ok, detail } = await checker.run({ checks, baseUrl, signal: context.signal });
  return ok
    ? { phase: 'succeeded', message: detail }
    : { phase: 'failed', problem: 'unhealthy', message: detail };
}

function keyOf({ context, step }: StepRun): string {
  return `${context.operationId}/${step.id}`;
}

function ownRun(runs: readonly MarkedRun[], key: string): WorkflowRun | null {
  return runs.find(({ marker }) => marker?.key === key)?.run ?? null;
}
