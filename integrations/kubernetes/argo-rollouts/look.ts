import type { StepProgress } from '../../target.ts';
import { currentRevision } from '../history.ts';
import type { Workload } from '../objects.ts';
import { readRevisions } from '../reading.ts';
import { currentWorkload } from '../steps/change-template.ts';
import { findTroubles, tellLogs } from '../steps/reasons.ts';
import type { StepRun } from '../steps/step.ts';
import { proveContent } from '../steps/verify-serving.ts';
import { stepsOf } from './own-steps.ts';
import type { RolloutGround } from './plan-steps.ts';
import { changedSteps, ensureLed } from './standing.ts';
import { abortText, argoRolloutState, isObserved } from './state.ts';

const LOOK_AGAIN = 300;

/**
 * One look at a canary that is led to a percent: a sentence's beginning when the Rollout stands there and every ready
 * pod of the canary runs what was approved.
 */
export async function lookAt(
  run: StepRun,
  ground: RolloutGround,
  percent: number,
): Promise<string | StepProgress> {
  const found = await currentWorkload(run, ground.change.uid);
  if (gaveUp(found)) return failed(run, ground, found, abortText(found));
  const led = ensureLed(run, found, ground);
  if (led !== percent) throw changedSteps(run.binding, found, percent);
  const { state, message } = argoRolloutState(found);
  if (state === 'failed') return failed(run, ground, found, message);
  if (!stands(found, ground, percent)) return waiting(message);
  const desired = found.status.updatedReplicas;
  if (desired === 0) return percent === 0 ? 'It has no pods yet' : waiting('its canary has no pods yet');
  const [revisions] = await readRevisions(run.binding, found, run.context.signal);
  const pods = currentRevision(found, revisions)?.pods ?? [];
  return proveContent(run, pods, { digest: ground.digest, desired });
}

/** The controller says why it aborted, if it did so itself. */
function gaveUp({ status }: Workload): boolean {
  return (
    status.abort &&
    status.conditions.some(({ reason, message }) => reason === 'RolloutAborted' && /: /.test(message))
  );
}

/** It has come to its last step, which is to stop, and its router has the weight. */
function stands(found: Workload, { room }: RolloutGround, percent: number): boolean {
  const { status } = found;
  const last = (stepsOf(found)?.length ?? 0) - 1;
  const paused = status.pauseConditions.some(({ reason }) => reason === 'CanaryPauseStep');
  if (!isObserved(found) || !paused || status.currentStepIndex !== last) return false;
  return !room.routed || status.canary?.weights?.canary.weight === percent;
}

async function failed(
  run: StepRun,
  { change }: RolloutGround,
  found: Workload,
  message: string,
): Promise<StepProgress> {
  const { text, troubles } = await findTroubles(run, found, change.wanted.hash);
  await tellLogs(run, troubles);
  const why = text === '' ? '' : ` ${text}.`;
  return { phase: 'failed', problem: 'unhealthy', message: `${message}${why}` };
}

function waiting(message: string): StepProgress {
  return { phase: 'running', handle: null, message, lookAgainAfter: LOOK_AGAIN };
}
