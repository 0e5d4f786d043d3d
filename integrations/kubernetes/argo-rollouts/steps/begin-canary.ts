import { z } from 'zod';
import type { StepProgress } from '../../../target.ts';
import type { Workload } from '../../objects.ts';
import { ensureRunning } from '../../reading.ts';
import {
  changedBehindOurBack,
  changeWorkload,
  isOurs,
  ownMarks,
  type WorkloadChange,
} from '../../steps/change-template.ts';
import { defineAction, type StepRun } from '../../steps/step.ts';
import { templateHash } from '../../template.ts';
import { ensureSettled } from '../ground.ts';
import { lookAt } from '../look.ts';
import { isSame, stepsOf, stepsTo } from '../own-steps.ts';
import { type RolloutGround, rolloutGround, rolloutVerification } from '../plan-steps.ts';
import { somebodyElse } from '../standing.ts';

/** Gives the Rollout the new image and steps that stop before it takes traffic; follows it there. */
export const beginRolloutCanary = defineAction({
  input: rolloutGround,
  handle: z.null(),
  async start(run, ground) {
    await changeWorkload(run, ground.change.uid, (now) => beginning(run, now, ground));
    return settled(run, ground);
  },
  resume: (run, ground) => settled(run, ground),
});

function beginning(run: StepRun, now: Workload, { change, room }: RolloutGround): WorkloadChange | null {
  const hash = templateHash(now.spec.template);
  if (hash === change.wanted.hash && isOurs(run, now)) return null;
  if (hash !== change.found.hash) throw changedBehindOurBack(run, now);
  ensureRunning(run.binding, now);
  ensureSettled(run.binding, now);
  if (!isSame(stepsOf(now), change.own?.steps ?? null))
    throw somebodyElse(run.binding, 'Its steps are others now.');
  const steps = stepsTo({ from: 0, to: 0, routed: room.routed });
  return { template: change.wanted, steps, marks: ownMarks(run, change.marks) };
}

async function settled(run: StepRun, ground: RolloutGround): Promise<StepProgress> {
  const runs = await lookAt(run, ground, 0);
  return typeof runs === 'string' ? { phase: 'succeeded', message: `${runs}.` } : runs;
}

/** Reads back what the canary's pods run, and how they answer where they have an address of their own. */
export const verifyRolloutCanary = defineAction({
  input: rolloutVerification,
  handle: z.null(),
  start: (run, asked) => verify(run, asked),
  resume: (run, asked) => verify(run, asked),
});

async function verify(run: StepRun, asked: z.output<typeof rolloutVerification>): Promise<StepProgress> {
  const runs = await lookAt(run, asked, 0);
  if (typeof runs !== 'string') return runs;
  const { checks } = asked;
  const { canaryUrl } = run.binding.config.traffic ?? {};
  if (canaryUrl === undefined || checks.length === 0) return { phase: 'succeeded', message: `${runs}.` };
  const { signal } = run.context;
  const { ok, detail } = await run.binding.checker.run({ checks, baseUrl: canaryUrl, signal });
  return ok
    ? { phase: 'succeeded', message: `${runs}; ${detail}` }
    : { phase: 'failed', problem: 'unhealthy', message: `${runs}, but ${detail}` };
}
