import { createHash } from 'node:crypto';
import { z } from 'zod';
import { backupIdOf } from '../../src/domain/backup.ts';
import type { TargetProblem } from '../../src/domain/refusal.ts';
import { lookAtWhole, stopRun } from '../detached.ts';
import type { DetachedRun } from '../host.ts';
import { actionsWith, anyHandle, type StepAction } from '../step-action.ts';
import { type StepContext, type StepProgress, TargetError } from '../target.ts';
import { type HostBackupBinding, manifestsOn, placeOf, type Shelf } from './binding.ts';
import { copyFarther } from './copying.ts';
import { MAY_BE_EMPTY, UNCHANGED } from './scripts/common.ts';
import { DELETE, LOOK_WHOLE } from './scripts/shelf.ts';

/** One step under way. */
export interface HostStep {
  readonly binding: HostBackupBinding;
  readonly context: StepContext;
  /** The step's id: the same step of the same operation is the same run on the host. */
  readonly stepId: string;
}

const HOUR = 3_600_000;
const LOOK_AGAIN = 500;
/** Milliseconds that a look stays for the end of a run. */
const PATIENCE = 1_500;
const LONGEST_SAID = 400;
/** What the statuses of the scripts mean; any other is `invalid`. */
const PROBLEMS: ReadonlyMap<number, TargetProblem> = new Map([
  [3, 'not-found'],
  [4, 'unhealthy'],
  [124, 'timeout'],
]);

const nothing = z.object({});
/** A backup by its id, and what was approved of it; null for the one that the operation itself makes. */
const choice = z.object({ backup: z.string().nullable(), sha256: z.string().nullable().default(null) });
type Choice = z.output<typeof choice>;
/** The way back from a restore, by that restore's step; plans of before do not name it. */
const restoring = choice.extend({ undoes: z.string().optional() });
/** Whose comparison is told, by its step. */
const told = z.object({ of: z.string() });
const several = z.object({ backups: z.array(z.string()) });
/** Plans of before do not say it. */
const making = z.object({ mayBeEmpty: z.boolean().default(false) });

const { defineAction, defineLook } = actionsWith<HostStep>();

/** What the steps of a plan may ask for. The names are in stored plans: they never change their meaning. */
export const ACTIONS = {
  make: defineAction({
    input: making,
    handle: anyHandle,
    async start(step, { mayBeEmpty }) {
      const { source } = step.binding;
      await begin(step, source.make, [
        fileNamed(step, idOf(step, null)),
        JSON.stringify(source.of),
        ...source.facts,
        mayBeEmpty ? MAY_BE_EMPTY : '',
      ]);
      return look(step);
    },
    resume: (step) => look(step),
  }),
  copy: defineLook(nothing, copy),
  verify: defineAction({
    input: choice,
    handle: anyHandle,
    async start(step, chosen) {
      const { source } = step.binding;
      await begin(step, source.verify, [...fileOf(step, chosen), ...source.facts, scratchName(step)]);
      return look(step);
    },
    resume: (step) => look(step),
  }),
  whole: defineAction({
    input: choice,
    handle: anyHandle,
    async start(step, chosen) {
      await begin(step, LOOK_WHOLE, fileOf(step, chosen));
      return look(step);
    },
    resume: (step) => look(step),
  }),
  restore: defineLook(restoring, restore),
  tell: defineLook(told, tell),
  delete: defineLook(several, deleteAll),
} as const satisfies Readonly<Record<string, StepAction<HostStep>>>;

export type ActionName = keyof typeof ACTIONS;

function idOf({ context }: HostStep, backup: string | null): string {
  return backup ?? backupIdOf(context.operationId);
}

/** What every script for a backup that is there begins with, behind the directory. */
function fileOf(step: HostStep, { backup, sha256 }: Choice): readonly string[] {
  const id = idOf(step, backup);
  return [id, fileNamed(step, id), sha256?.replace('sha256:', '') ?? ''];
}

function fileNamed({ binding }: HostStep, id: string): string {
  return `${id}.${binding.source.ending}`;
}

/** A database of this operation alone. */
function scratchName({ context }: HostStep): string {
  return `slipway_verify_${createHash('sha256').update(context.operationId).digest('hex').slice(0, 10)}`;
}

async function begin(step: HostStep, script: string, data: readonly string[]): Promise<void> {
  const { host, directory } = step.binding.shelf;
  const run: DetachedRun = {
    id: runId(step, step.stepId),
    argv: ['sh', '-c', script, 'sh', directory, ...data],
    timeLimit: 6 * HOUR,
  };
  await host.start(run, step.context.signal);
}

function runId({ context }: HostStep, stepId: string): string {
  return `${context.operationId.toLowerCase()}/${stepId.toLowerCase()}`;
}

/** Ends the run of a step, if it has one that has not ended. */
export async function stopStep(step: HostStep): Promise<void> {
  await stopRun(step.binding.shelf.host, runId(step, step.stepId), step.context.signal);
}

async function look(step: HostStep, stepId = step.stepId): Promise<StepProgress> {
  const { host } = step.binding.shelf;
  const run = await lookAtWhole(host, { id: runId(step, stepId), wait: PATIENCE }, step.context.signal);
  switch (run.state) {
    case 'absent':
      return failed('not-found', `${host.name} does not know of this work any more.`);
    case 'lost':
      return failed('unavailable', `The work on ${host.name} was ended: ${run.why}.`);
    case 'running':
      return running(lastLine(run.output) || `${host.name} is working on it`);
    case 'ended':
      if (run.status === 0)
        return { phase: 'succeeded', message: lastLine(run.output) || 'It was done before.' };
      return failed(PROBLEMS.get(run.status) ?? 'invalid', said(run.output) || `it ended with ${run.status}`);
  }
}

/** Puts the data back; as the undo of a restore only if that one may have changed something. */
async function restore(step: HostStep, chosen: z.output<typeof restoring>): Promise<StepProgress> {
  const { source, shelf } = step.binding;
  const own = { id: runId(step, step.stepId), from: 0 };
  const begun = (await shelf.host.look(own, step.context.signal)).state !== 'absent';
  if (begun) return look(step);
  if (chosen.undoes !== undefined) {
    const spared = await spareUndo(step, chosen.undoes);
    if (spared !== null) return spared;
  }
  await begin(step, source.restore, [...fileOf(step, chosen), ...source.facts]);
  return look(step);
}

/** Null if the restore may have changed something: then it has to be undone. One that still runs is ended first. */
async function spareUndo(step: HostStep, stepId: string): Promise<StepProgress | null> {
  const { host } = step.binding.shelf;
  const id = runId(step, stepId);
  const run = await lookAtWhole(host, { id, wait: PATIENCE }, step.context.signal);
  switch (run.state) {
    case 'running':
      await host.stop(id, step.context.signal);
      return running('waiting for the restore to end, which took too long');
    case 'absent':
      return { phase: 'succeeded', message: 'Nothing had been changed.' };
    case 'lost':
      return null;
    case 'ended':
      if (!UNCHANGED.includes(run.status)) return null;
      return { phase: 'succeeded', message: 'Nothing had been changed.' };
  }
}

/** What the comparison at the end of another step's run showed. */
async function tell(step: HostStep, { of }: z.output<typeof told>): Promise<StepProgress> {
  const compared = await look(step, of);
  if (compared.phase !== 'succeeded') return compared;
  return { phase: 'succeeded', message: `What is there now is what was backed up: ${compared.message}.` };
}

async function copy(step: HostStep): Promise<StepProgress> {
  const { binding, context } = step;
  if (binding.copy === null) throw new TargetError('invalid', 'The config has no second place any more.');
  return copyFarther(binding, binding.copy, { id: idOf(step, null), context });
}

async function deleteAll(step: HostStep, { backups }: z.output<typeof several>): Promise<StepProgress> {
  const { shelf, copy: second } = step.binding;
  for (const place of second === null ? [shelf] : [second, shelf]) await deleteAt(step, place, backups);
  return { phase: 'succeeded', message: `Deleted ${backups.join(', ')}.` };
}

async function deleteAt(
  { binding, context }: HostStep,
  shelf: Shelf,
  backups: readonly string[],
): Promise<void> {
  const argv = ['sh', '-c', DELETE, 'sh', shelf.directory, ...backups] as const;
  const end = await shelf.host.run({ argv, timeLimit: HOUR }, context.signal);
  const left = (await manifestsOn(shelf, binding.source, context.signal)).filter(({ id }) =>
    backups.includes(id),
  );
  if (end.status === 0 && left.length === 0) return;
  throw new TargetError('invalid', `${placeOf(shelf)} still has old backups: ${end.complaint}`.trim());
}

function running(message: string): StepProgress {
  return { phase: 'running', handle: null, message, lookAgainAfter: LOOK_AGAIN };
}

function failed(problem: TargetProblem, message: string): StepProgress {
  return { phase: 'failed', problem, message };
}

function lastLine(output: string): string {
  return output.trimEnd().split('\n').at(-1) ?? '';
}

function said(output: string): string {
  return output.trim().split('\n').join('; ').slice(-LONGEST_SAID);
}
