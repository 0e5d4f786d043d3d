import { z } from 'zod';
import type { Json, JsonObject } from '../../../../src/domain/json.ts';
import { type StepProgress, TargetError } from '../../../target.ts';
import { placeOf } from '../../names.ts';
import { currentWorkload, isOurs } from '../../steps/change-template.ts';
import { rolloutHandle } from '../../steps/follow.ts';
import { rollOut } from '../../steps/roll-out.ts';
import { defineAction, type StepRun } from '../../steps/step.ts';
import { templateHash } from '../../template.ts';
import { splitText } from '../canary-split.ts';
import { canaryGround, promotion, returning } from '../plan-steps.ts';
import { splitOf } from '../split.ts';
import { canaryRun, changedSplit, findCanary } from './create-canary.ts';

/** Rolls the canary’s version out to the workload, while the split still is the one that was set. */
export const promoteStable = defineAction({
  input: promotion,
  handle: rolloutHandle,
  async start(run, asked) {
    const { change, found, from } = asked;
    const now = await currentWorkload(run, change.uid);
    const begun = templateHash(now.spec.template) === change.wanted.hash && isOurs(run, now);
    if (!begun) {
      const standing = await splitOf(run.binding).read(found, run.context.signal);
      if (!standing.at(from)) throw changedSplit(run, standing.text, from);
    }
    return rollOut.start(run, asJson(change));
  },
  resume: (run, { change }, handle) => rollOut.resume(run, asJson(change), handle),
});

function asJson(value: object): JsonObject {
  const json: { [key: string]: Json } = JSON.parse(JSON.stringify(value));
  return json;
}

/** Gives the workload all traffic again, exactly as it was found. A split that somebody else made is left. */
export const returnTraffic = defineAction({
  input: returning,
  handle: z.null(),
  start: (run, asked) => giveBack(run, asked),
  resume: (run, asked) => giveBack(run, asked),
});

async function giveBack(run: StepRun, asked: z.output<typeof returning>): Promise<StepProgress> {
  const { found, weights } = asked;
  const { signal } = run.context;
  const split = splitOf(run.binding);
  await split.set(
    { found, percent: 0, allow: (now) => !now.at(0) && weights.some((weight) => now.at(weight)) },
    signal,
  );
  const standing = await split.read(found, signal);
  if (standing.at(0))
    return { phase: 'succeeded', message: `Traffic is as it was: ${splitText(run.binding, 0)}.` };
  if (!standing.canaryTakes) {
    const message = `Somebody else has changed the traffic (${standing.text}); it was left as it is.`;
    return { phase: 'succeeded', message, left: true };
  }
  const { message } = changedSplit(run, standing.text, weights.at(-1) ?? 0);
  return { phase: 'failed', problem: 'conflict', message: `${message} The canary still takes traffic.` };
}

/** Deletes the canary’s Deployment, if it is ours and takes nothing. */
export const removeCanary = defineAction({
  input: canaryGround,
  handle: z.null(),
  start: (run, { found }) => remove(run, found),
  resume: (run, { found }) => remove(run, found),
});

async function remove(run: StepRun, found: JsonObject): Promise<StepProgress> {
  const canary = await findCanary(run);
  const { name } = canaryRun(run).binding.workload;
  if (canary === null) return { phase: 'succeeded', message: `${name} is gone.` };
  if (!isOurs(run, canary))
    return { phase: 'succeeded', message: `${name} is somebody else’s; it was left.`, left: true };
  const standing = await splitOf(run.binding).read(found, run.context.signal);
  if (standing.canaryTakes) {
    throw new TargetError('conflict', `${name} still takes traffic (${standing.text}): it was left.`);
  }
  const place = placeOf(canaryRun(run).binding.workload);
  await run.binding.api.remove(place, canary.metadata.uid, run.context.signal);
  return { phase: 'succeeded', message: `${name} is deleted.` };
}
