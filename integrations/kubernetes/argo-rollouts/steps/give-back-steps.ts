import { z } from 'zod';
import type { StepProgress } from '../../../target.ts';
import type { Workload } from '../../objects.ts';
import { changeWorkload, isOurs, type WorkloadChange } from '../../steps/change-template.ts';
import { begunRollout, followRollout, rolloutHandle } from '../../steps/follow.ts';
import { defineAction, type StepRun, templateChange } from '../../steps/step.ts';
import { templateHash } from '../../template.ts';
import { isSame, percentOf, stepsOf } from '../own-steps.ts';
import { isPromoted } from '../state.ts';

/** Whose steps are put back behind which template: `wanted` after a rollout, `found` after it was taken back. */
export const givingBack = z.object({ change: templateChange, behind: z.enum(['wanted', 'found']) });
type Input = z.output<typeof givingBack>;

/** Puts a Rollout’s own steps back, when everything is given to the template and the steps there are ours. */
export const giveBackSteps = defineAction({
  input: givingBack,
  handle: rolloutHandle,
  async start(run, input) {
    const found = await putStepsBack(run, input);
    const { hash } = input.change[input.behind];
    if (templateHash(found.spec.template) !== hash) return left('template');
    return isSame(stepsOf(found), input.change.own?.steps ?? null) ? begunRollout(run, found) : left('steps');
  },
  async resume(run, { change, behind }, handle) {
    const end = await followRollout(run, { uid: change.uid, hash: change[behind].hash }, handle);
    return end.phase === 'succeeded' ? { phase: 'succeeded', message: 'Its steps are as they were.' } : end;
  },
});

/** The Rollout afterwards; what is not ours is left. */
export function putStepsBack(run: StepRun, { change, behind }: Input): Promise<Workload> {
  return changeWorkload(run, change.uid, (now): WorkloadChange | null => {
    const ours = isOurs(run, now) && templateHash(now.spec.template) === change[behind].hash;
    const steps = stepsOf(now);
    if (!ours || !isPromoted(now) || percentOf(steps) === null || change.own === undefined) return null;
    if (behind === 'wanted' && isSame(steps, change.own.steps)) return null;
    return { steps: change.own.steps, marks: behind === 'found' ? change.foundMarks : {} };
  });
}

function left(what: 'template' | 'steps'): StepProgress {
  const message = `Somebody else has changed the ${what} since; the steps were left as they are.`;
  return { phase: 'succeeded', message, left: true };
}
