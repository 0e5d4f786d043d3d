import type { z } from 'zod';
import type { Workload } from '../../objects.ts';
import { changeWorkload, isOurs, type WorkloadChange } from '../../steps/change-template.ts';
import { begunRollout, followRollout, rolloutHandle } from '../../steps/follow.ts';
import { defineAction, type StepRun } from '../../steps/step.ts';
import { templateHash } from '../../template.ts';
import { stepsTo } from '../own-steps.ts';
import { rolloutPromotion } from '../plan-steps.ts';
import { changedSteps, ensureLed } from '../standing.ts';
import { isPromoted } from '../state.ts';

/** Leads the canary to everything, from the share that was set; follows it until the pods before have ended. */
export const promoteRollout = defineAction({
  input: rolloutPromotion,
  handle: rolloutHandle,
  async start(run, asked) {
    return begunRollout(
      run,
      await changeWorkload(run, asked.change.uid, (now) => promoting(run, now, asked)),
    );
  },
  resume: (run, { change }, handle) =>
    followRollout(run, { uid: change.uid, hash: change.wanted.hash }, handle),
});

function promoting(
  run: StepRun,
  now: Workload,
  asked: z.output<typeof rolloutPromotion>,
): WorkloadChange | null {
  const ours = templateHash(now.spec.template) === asked.change.wanted.hash && isOurs(run, now);
  if (ours && isPromoted(now)) return null;
  const led = ensureLed(run, now, asked);
  if (led === 100) return null;
  if (led !== asked.from) throw changedSteps(run.binding, now, asked.from);
  return { steps: stepsTo({ from: asked.from, to: 100, routed: asked.room.routed }), marks: {} };
}
