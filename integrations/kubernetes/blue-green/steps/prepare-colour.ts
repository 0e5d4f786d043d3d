import { z } from 'zod';
import type { StepProgress } from '../../../target.ts';
import { desiredPods } from '../../rollout.ts';
import {
  changedBehindOurBack,
  changeWorkload,
  currentWorkload,
  isOurs,
  ownMarks,
} from '../../steps/change-template.ts';
import { begunRollout, followRollout, rolloutHandle } from '../../steps/follow.ts';
import { standAgain } from '../../steps/stand-again.ts';
import { defineAction, type StepRun, templateChange } from '../../steps/step.ts';
import { templateHash } from '../../template.ts';
import { COLOUR_MARKS, selectedColour } from '../colours.ts';
import { currentService, ensureStillFrom, onColour, turn } from './input.ts';

const input = templateChange.extend({ turn, foundReplicas: z.number() });
type Input = z.output<typeof input>;

/** Gives the idle colour the template, and as many pods as the one that serves has, in one change; follows it. */
export const prepareColour = defineAction({
  input,
  handle: rolloutHandle,
  async start(run, asked) {
    const own = onColour(run, asked.turn.to.colour);
    if (isBegun(own, await currentWorkload(own, asked.uid), asked)) {
      return begunRollout(own, await currentWorkload(own, asked.uid));
    }
    const serving = await ensureStillFrom(run, asked.turn);
    const replicas = desiredPods('deployment', serving);
    const found = await changeWorkload(own, asked.uid, (now) => {
      if (isBegun(own, now, asked)) return null;
      if (templateHash(now.spec.template) !== asked.found.hash) throw changedBehindOurBack(own, now);
      const marks = { ...ownMarks(own, asked.marks), [COLOUR_MARKS.retired]: null };
      return { template: asked.wanted, replicas, marks };
    });
    return begunRollout(own, found);
  },
  resume: (run, { uid, wanted, turn: { to } }, handle) =>
    followRollout(onColour(run, to.colour), { uid, hash: wanted.hash }, handle),
});

function isBegun(run: StepRun, now: Parameters<typeof isOurs>[1], { wanted }: Input): boolean {
  return templateHash(now.spec.template) === wanted.hash && isOurs(run, now);
}

/** Gives the idle colour back its template and its number of pods, unless it serves or is somebody else's by now. */
export const restoreColour = defineAction({
  input,
  handle: rolloutHandle,
  async start(run, asked) {
    const { turn: wanted, foundReplicas: replicas, foundMarks: marks, found: template } = asked;
    const { colour } = wanted.to;
    const own = onColour(run, colour);
    const service = await currentService(run, wanted.serviceUid);
    if (selectedColour(run.binding, service) === colour) {
      return { phase: 'succeeded', message: `${colour} serves; it was left as it is.`, left: true };
    }
    const now = await changeWorkload(own, asked.uid, (found) =>
      isBegun(own, found, asked) ? { template, replicas, marks } : null,
    );
    if (templateHash(now.spec.template) === template.hash) {
      // Without pods nothing is rolled out, and the Deployment goes on telling of the rollout that failed.
      return replicas === 0
        ? { phase: 'succeeded', message: told(asked) }
        : restored(run, asked, begunRollout(own, now));
    }
    return {
      phase: 'succeeded',
      message: `Somebody else has changed ${colour} since; it was left as it is.`,
      left: true,
    };
  },
  async resume(run, asked, handle) {
    const own = onColour(run, asked.turn.to.colour);
    return restored(run, asked, await followRollout(own, { uid: asked.uid, hash: asked.found.hash }, handle));
  },
});

async function restored(run: StepRun, asked: Input, end: StepProgress): Promise<StepProgress> {
  const { uid, found, turn: wanted } = asked;
  const stands = await standAgain(onColour(run, wanted.to.colour), { uid, hash: found.hash }, end);
  return stands.phase === 'succeeded' ? { phase: 'succeeded', message: told(asked) } : stands;
}

function told({ foundReplicas, turn: { to } }: Input): string {
  const pods = foundReplicas === 1 ? '1 pod' : `${foundReplicas} pods`;
  return `${to.colour} has what it had, and ${pods}.`;
}
