import { z } from 'zod';
import type { StepProgress } from '../../../target.ts';
import { desiredPods } from '../../rollout.ts';
import { changedBehindOurBack, changeWorkload } from '../../steps/change-template.ts';
import { begunRollout, followRollout, rolloutHandle } from '../../steps/follow.ts';
import { standAgain } from '../../steps/stand-again.ts';
import { defineAction, digest, type StepRun } from '../../steps/step.ts';
import { templateHash } from '../../template.ts';
import { COLOUR_MARKS } from '../colours.ts';
import type { Turn } from '../plan-steps.ts';
import { colourAsPlanned, ensureSwitched, onColour, turn } from './input.ts';
import { proven } from './verify-colour.ts';

const drained = z.object({ turn, digest: digest.nullable(), drain: z.number() });

const LOOK_AGAIN = 1_000;

/**
 * Waits, while the new colour serves: requests that the old one still answers come to their end. Then proves the new
 * one a last time, while there still is a way back at once.
 */
export const drainColour = defineAction({
  input: drained,
  handle: z.object({ since: z.number() }),
  start: (run, asked) => waitOut(run, asked, run.binding.now()),
  resume: (run, asked, { since }) => waitOut(run, asked, since),
});

async function waitOut(run: StepRun, asked: z.output<typeof drained>, since: number): Promise<StepProgress> {
  await ensureSwitched(run, asked.turn);
  const { colour } = asked.turn.from;
  const left = since + asked.drain - run.binding.now();
  if (left <= 0) {
    const proof = await proven(run, { turn: asked.turn, digest: asked.digest, checks: [] });
    return proof.phase === 'running' ? { ...proof, handle: { since } } : proof;
  }
  const message = `${colour} keeps its pods for another ${Math.ceil(left / 1_000)} s`;
  return { phase: 'running', handle: { since }, message, lookAgainAfter: Math.min(left, LOOK_AGAIN) };
}

/** Takes the old colour's pods away; remembers on it how many it had. */
export const retireColour = defineAction({
  input: turn,
  handle: z.null(),
  start: (run, asked) => retire(run, asked),
  resume: (run, asked) => retire(run, asked),
});

async function retire(run: StepRun, asked: Turn): Promise<StepProgress> {
  await ensureSwitched(run, asked);
  await colourAsPlanned(run, asked.from);
  const { colour, uid } = asked.from;
  await changeWorkload(onColour(run, colour), uid, (now) => {
    const pods = desiredPods('deployment', now);
    if (pods === 0) return null;
    return { replicas: 0, marks: { [COLOUR_MARKS.retired]: `${run.context.operationId} ${pods}` } };
  });
  return { phase: 'succeeded', message: `${colour} is scaled to zero; /rollback starts it again.` };
}

/** Scales the old colour up again to what it had, if it was this operation that scaled it down. */
export const reviveColour = defineAction({
  input: turn,
  handle: rolloutHandle,
  async start(run, { from }) {
    const own = onColour(run, from.colour);
    const found = await changeWorkload(own, from.uid, (now) => {
      const { metadata, spec } = now;
      if (templateHash(spec.template) !== from.hash) throw changedBehindOurBack(own, now);
      const [by, pods] = (metadata.annotations[COLOUR_MARKS.retired] ?? '').split(' ');
      if (by !== run.context.operationId || spec.replicas !== 0) return null;
      return { replicas: Number(pods), marks: { [COLOUR_MARKS.retired]: null } };
    });
    return standAgain(own, from, begunRollout(own, found));
  },
  async resume(run, { from }, handle) {
    const own = onColour(run, from.colour);
    return standAgain(own, from, await followRollout(own, from, handle));
  },
});
