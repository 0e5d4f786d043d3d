import { z } from 'zod';
import type { StepProgress } from '../../target.ts';
import type { ProjectBinding } from '../binding.ts';
import { defineAction, type StepRun } from './step.ts';
import { proven, verifyInput } from './verify.ts';

const input = verifyInput.extend({
  /** Milliseconds. */
  duration: z.number(),
});
type Input = z.output<typeof input>;

/** When the watch began, in epoch milliseconds: a crash in between does not begin it anew. */
export const watchHandle = z.object({ since: z.number() });

const LOOK_AGAIN = 1_000;

/** Keeps proving that the approved content runs, and well, for a while. */
export const watch = defineAction({
  input,
  start: (run, asked) => look(run, asked, run.binding.now()),
  resume: (run, asked, begun) => look(run, asked, watchHandle.parse(begun).since),
});

async function look(run: StepRun, asked: Input, since: number): Promise<StepProgress> {
  return watched(run, { since, duration: asked.duration, proof: await proven(run, asked, 0) });
}

/** What one more proof means for a watch that began then. */
export function watched(
  { binding }: StepRun<ProjectBinding>,
  watching: { readonly since: number; readonly duration: number; readonly proof: StepProgress },
): StepProgress {
  const { since, duration, proof } = watching;
  if (proof.phase !== 'succeeded') return proof;
  const passed = Math.max(0, binding.now() - since);
  const seconds = (milliseconds: number) => Math.round(milliseconds / 1_000);
  if (passed >= duration) {
    return { phase: 'succeeded', message: `${proof.message}, for ${seconds(duration)} s` };
  }
  const message = `well so far, watched ${seconds(passed)} of ${seconds(duration)} s`;
  return { phase: 'running', handle: { since }, message, lookAgainAfter: LOOK_AGAIN };
}
