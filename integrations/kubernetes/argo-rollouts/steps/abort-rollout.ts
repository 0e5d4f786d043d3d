import type { z } from 'zod';
import type { StepProgress } from '../../../target.ts';
import type { Workload } from '../../objects.ts';
import { changeWorkload, isOurs } from '../../steps/change-template.ts';
import { begunRollout, followRollout, rolloutHandle } from '../../steps/follow.ts';
import { defineAction, type StepRun } from '../../steps/step.ts';
import { templateHash } from '../../template.ts';
import { percentOf, stepsOf } from '../own-steps.ts';
import { rolloutAbortion } from '../plan-steps.ts';
import { routedShares } from '../shares.ts';
import { changedSteps, interference, somebodyElse } from '../standing.ts';
import { takingBack } from '../taking-back.ts';

type Abortion = z.output<typeof rolloutAbortion>;

/**
 * Gives the Rollout the template that was found: everything goes back to it at once, and the canary's pods end. Only
 * what this operation has led there is taken back; somebody else's template, steps or promotion is left.
 */
export const abortRollout = defineAction({
  input: rolloutAbortion,
  handle: rolloutHandle,
  async start(run, asked) {
    const { change } = asked;
    const found = await changeWorkload(run, change.uid, (now) =>
      isTheirs(run, now, asked) === null && isBegun(run, now, asked) ? takingBack(now, change) : null,
    );
    if (templateHash(found.spec.template) === change.found.hash) return begunRollout(run, found);
    return left(found, isTheirs(run, found, asked));
  },
  resume: (run, { change }, handle) =>
    followRollout(run, { uid: change.uid, hash: change.found.hash }, handle),
});

function isBegun(run: StepRun, now: Workload, { change }: Abortion): boolean {
  return templateHash(now.spec.template) === change.wanted.hash && isOurs(run, now);
}

/** Why a canary that is ours by its template is not any more by what it was led to; null when it is. */
function isTheirs(run: StepRun, now: Workload, asked: Abortion): Error | null {
  if (!isBegun(run, now, asked)) return null;
  const told = interference(now);
  // Aborted by hand is aborted: our template is still to be taken back.
  if (told !== null && !now.status.abort) return somebodyElse(run.binding, told);
  const led = percentOf(stepsOf(now));
  const ours = led !== null && [0, ...asked.weights].includes(led);
  return ours ? null : changedSteps(run.binding, now, asked.weights.at(-1) ?? 0);
}

function left(found: Workload, theirs: Error | null): StepProgress {
  if (theirs === null) {
    const message = 'Somebody else has changed the template since; it was left as it is.';
    return { phase: 'succeeded', message, left: true };
  }
  if (!takesTraffic(found)) return { phase: 'succeeded', message: theirs.message, left: true };
  return { phase: 'failed', problem: 'conflict', message: `${theirs.message} It still takes traffic.` };
}

function takesTraffic(found: Workload): boolean {
  const routed = routedShares(found);
  if (routed === null) return found.status.updatedReplicas > 0;
  return routed.some(({ name, weight }) => weight > 0 && name.endsWith(`-${found.status.currentPodHash}`));
}
