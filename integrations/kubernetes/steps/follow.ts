import { z } from 'zod';
import type { StepProgress } from '../../target.ts';
import { TargetError } from '../../target.ts';
import { parseAnswer } from '../client.ts';
import { workloadText } from '../history.ts';
import { placeOf } from '../names.ts';
import { type Workload, workload } from '../objects.ts';
import { exceededAt, progressDeadline, progressOf, rolloutState } from '../rollout.ts';
import type { RolloutState } from '../rollout-state.ts';
import { templateHash } from '../template.ts';
import { changedBehindOurBack, ensureSame } from './change-template.ts';
import { findTroubles, tellLogs } from './reasons.ts';
import type { StepRun } from './step.ts';

/** How far a rollout was followed. */
export const rolloutHandle = z.object({
  /** What happened up to there has been seen. */
  resourceVersion: z.string(),
  /** When it last got on, in epoch milliseconds, and how far it was then. */
  since: z.number(),
  progress: z.string(),
  /** When a rollout before this one exceeded its deadline, which may still stand there; null for none. */
  earlier: z.string().nullable().default(null),
});
export type RolloutHandle = z.output<typeof rolloutHandle>;

/** What is being rolled out. */
export interface Rollout {
  readonly uid: string;
  readonly hash: string;
}

/** Seconds for which one look watches. */
const WINDOW = 3;
/** Milliseconds of a look after which it tells how far the rollout is; before, it waits for more. */
const TELL_AFTER = 1_000;
/** Milliseconds between looks while nothing moves: a watch that ends at once is no reason to hurry. */
const STANDSTILL = 500;

/** A rollout that was just begun, or found begun; one that is over already is not watched. */
export function begunRollout(run: StepRun, found: Workload): StepProgress {
  const { state, message } = rolloutState(run.binding.workload.kind, found, exceededAt(found));
  if (state === 'done') return { phase: 'succeeded', message: `${message}.` };
  return { phase: 'running', handle: handleOf(run, found), message: 'the change is made', lookAgainAfter: 0 };
}

/** From where a watch goes on that begins now. */
export function handleOf(run: StepRun, found: Workload): RolloutHandle {
  return {
    resourceVersion: found.metadata.resourceVersion,
    since: run.binding.now(),
    progress: progressOf(run.binding.workload.kind, found),
    earlier: exceededAt(found),
  };
}

/**
 * Watches the workload for some seconds, or until the rollout has got on. The handle says from where: a watch that
 * was cut, here or there, goes on behind the last thing that was seen.
 */
export async function followRollout(
  run: StepRun,
  rollout: Rollout,
  handle: RolloutHandle,
): Promise<StepProgress> {
  const watched = await watchOn(run, rollout, handle);
  const { found, resourceVersion } =
    watched === 'too old' ? await readAnew(run) : await standing(run, watched);
  ensureSame(run, found, rollout.uid);
  if (templateHash(found.spec.template) !== rollout.hash) throw changedBehindOurBack(run, found);
  const state = rolloutState(run.binding.workload.kind, found, handle.earlier);
  if (state.state === 'done') return { phase: 'succeeded', message: `${state.message}.` };
  if (state.state === 'failed') return failed(run, rollout, found, state.message);
  return goOn(run, rollout, { found, state, handle: { ...handle, resourceVersion } });
}

/** The workload, and from where a watch goes on. */
interface Seen {
  readonly found: Workload;
  readonly resourceVersion: string;
}

/** What a watch from there cannot tell any more. */
async function readAnew(run: StepRun): Promise<Seen> {
  const { api, workload: name } = run.binding;
  const seen = await api.observe(placeOf(name), workload, run.context.signal);
  if (seen === null) throw deleted(run);
  return { found: seen.object, resourceVersion: seen.resourceVersion };
}

/** Where a watch has told nothing, how the workload stands; the watch goes on from where it was all the same. */
async function standing(run: StepRun, { found, resourceVersion }: Watched): Promise<Seen> {
  if (found !== null) return { found, resourceVersion };
  const { api, workload: name } = run.binding;
  const read = await api.find(placeOf(name), workload, run.context.signal);
  if (read === null) throw deleted(run);
  return { found: read, resourceVersion };
}

/** The workload as it was told last, null when it was not, and how far the watch has told. */
interface Watched {
  readonly found: Workload | null;
  readonly resourceVersion: string;
}

/** Watches until the rollout has got on or is decided, or for as long as one look may take. */
async function watchOn(run: StepRun, rollout: Rollout, handle: RolloutHandle): Promise<Watched | 'too old'> {
  const { api, workload: name, now } = run.binding;
  const { signal } = run.context;
  const from = { resourceVersion: handle.resourceVersion, seconds: WINDOW };
  const tellFrom = now() + TELL_AFTER;
  let watched: Watched = { found: null, resourceVersion: handle.resourceVersion };
  let moved = false;
  for await (const event of api.watch(placeOf(name), from, signal)) {
    if (event.type === 'gone') return 'too old';
    if (event.type === 'deleted') throw deleted(run);
    if (event.type === 'bookmark') {
      watched = { ...watched, resourceVersion: event.resourceVersion };
      continue;
    }
    const found = parseAnswer(event.object, workload, placeOf(name));
    watched = { found, resourceVersion: found.metadata.resourceVersion };
    if (isDecided(run, { rollout, handle }, found)) return watched;
    moved ||= progressOf(name.kind, found) !== handle.progress;
    if (moved && now() >= tellFrom) return watched;
  }
  return watched;
}

/** It has come to an end, or is not ours any more. */
function isDecided(
  run: StepRun,
  { rollout, handle }: { readonly rollout: Rollout; readonly handle: RolloutHandle },
  found: Workload,
): boolean {
  const { state } = rolloutState(run.binding.workload.kind, found, handle.earlier);
  const changed = found.metadata.uid !== rollout.uid || templateHash(found.spec.template) !== rollout.hash;
  return changed || state !== 'waiting';
}

function deleted(run: StepRun): TargetError {
  return new TargetError(
    'not-found',
    `Somebody has deleted ${workloadText(run.binding.workload)} in the middle of its rollout.`,
  );
}

async function goOn(
  run: StepRun,
  rollout: Rollout,
  now: { readonly found: Workload; readonly state: RolloutState; readonly handle: RolloutHandle },
): Promise<StepProgress> {
  const { found, state, handle } = now;
  const { kind } = run.binding.workload;
  const progress = progressOf(kind, found);
  const stands = progress === handle.progress;
  const since = stands ? handle.since : run.binding.now();
  const limit = ownLimit(run, found, handle);
  if (limit !== null && state.state === 'waiting' && run.binding.now() - since > limit.milliseconds) {
    const message = `It made no progress for ${limit.milliseconds / 1_000} s (${limit.name}).`;
    return failed(run, rollout, found, message);
  }
  const trouble = stands ? (await findTroubles(run, found, rollout.hash)).text : '';
  const next: RolloutHandle = { ...handle, since, progress };
  const message = trouble === '' ? state.message : `${state.message}; ${trouble}`;
  return { phase: 'running', handle: next, message, lookAgainAfter: stands ? STANDSTILL : 0 };
}

/**
 * How long it may stand still where no controller says so: none does for StatefulSets and DaemonSets, nor for a
 * Deployment or Rollout that still has the exceeded deadline of an earlier rollout, which its controller does not renew.
 */
function ownLimit({ binding }: StepRun, found: Workload, { earlier }: RolloutHandle) {
  const { kind } = binding.workload;
  if (kind === 'statefulset' || kind === 'daemonset')
    return { milliseconds: binding.config.progressDeadline, name: 'progressDeadline' };
  if (earlier === null || exceededAt(found) !== earlier) return null;
  return { milliseconds: progressDeadline(found), name: 'its progress deadline' };
}

async function failed(
  run: StepRun,
  rollout: Rollout,
  found: Workload,
  message: string,
): Promise<StepProgress> {
  const { text, troubles } = await findTroubles(run, found, rollout.hash);
  await tellLogs(run, troubles);
  const why = text === '' ? '' : ` ${text}.`;
  return { phase: 'failed', problem: 'unhealthy', message: `${message}${why}` };
}
