import { z } from 'zod';
import { type StepProgress, TargetError } from '../../../target.ts';
import type { Workload } from '../../objects.ts';
import { changeWorkload, type WorkloadChange } from '../../steps/change-template.ts';
import { defineAction, type StepRun } from '../../steps/step.ts';
import { lookAt } from '../look.ts';
import { stepsTo } from '../own-steps.ts';
import { type RolloutGround, rolloutWeight } from '../plan-steps.ts';
import { reachable } from '../shares.ts';
import { changedSteps, ensureLed } from '../standing.ts';

type Weight = z.output<typeof rolloutWeight>;

/** Leads the canary from one share to another, if everything still is as this operation left it. */
export const setRolloutWeight = defineAction({
  input: rolloutWeight,
  handle: z.null(),
  async start(run, asked) {
    await changeWorkload(run, asked.change.uid, (now) => leading(run, now, asked));
    return settled(run, asked);
  },
  resume: (run, asked) => settled(run, asked),
});

function leading(run: StepRun, now: Workload, asked: Weight): WorkloadChange | null {
  const { from, to, room } = asked;
  const led = ensureLed(run, now, asked);
  if (led === to) return null;
  if (led !== from) throw changedSteps(run.binding, now, from);
  if (!reachable(room).includes(to)) throw unreachable(asked);
  return { steps: stepsTo({ from, to, routed: room.routed }), marks: {} };
}

async function settled(run: StepRun, asked: Weight): Promise<StepProgress> {
  const runs = await lookAt(run, asked, asked.to);
  if (typeof runs !== 'string') return runs;
  return { phase: 'succeeded', message: `The canary has ${asked.to} % of the traffic. ${runs}.` };
}

function unreachable({ to, room }: RolloutGround & { readonly to: number }): TargetError {
  const shares = reachable(room).join(', ') || 'none';
  return new TargetError(
    'invalid',
    `${to} % cannot be had by pods: with ${room.pods} of them a canary takes ${shares} %.`,
  );
}
