import { z } from 'zod';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type { PlannedStep, StepEffect } from '../../../src/domain/plan.ts';
import { type HttpCheck, storedHttpChecks, storeHttpCheck } from '../../checks.ts';
import type { ActionName } from '../action-name.ts';
import { digest, templateChange } from '../steps/step.ts';

const MINUTE = 60_000;
const ROLLOUT_LIMIT = 60 * MINUTE;

/** What a canary of a Rollout stands on: what its plan found, and what it brings. */
export const rolloutGround = z.object({
  version: z.string(),
  digest,
  /** The revision that it is compared with. */
  baseline: z.string(),
  /** With the steps that were found, also where those are none. */
  change: templateChange,
  room: z.object({ routed: z.boolean(), pods: z.number(), surge: z.number() }),
});
export type RolloutGround = z.output<typeof rolloutGround>;

const percent = z.int().min(0).max(100);
export const rolloutWeight = rolloutGround.extend({ from: percent, to: percent });
export const rolloutPromotion = rolloutGround.extend({ from: percent });
/** The percents that the operation may have led it to; any others are somebody else’s. */
export const rolloutAbortion = rolloutGround.extend({ weights: z.array(percent) });
export const rolloutVerification = rolloutGround.extend({ checks: storedHttpChecks });

export function beginStep(ground: RolloutGround): PlannedStep {
  const { undo, ...begin } = {
    ...step('begin-rollout-canary', `Begin ${ground.version} as the Rollout’s canary, without traffic`),
    input: asJson(ground),
    timeLimit: ROLLOUT_LIMIT,
    undo: abortStep('Take the Rollout’s canary back', ground, [0]),
  };
  return { ...begin, undo: { ...undo, id: begin.id } };
}

export function verifyStep(ground: RolloutGround, checks: readonly HttpCheck[]): PlannedStep {
  const longest = checks.reduce((sum, check) => sum + check.successes * (check.timeout + 100), 0);
  return {
    ...step('verify-rollout-canary', 'Check what it runs, before it takes traffic', 'reads'),
    input: asJson({ ...ground, checks: checks.map(storeHttpCheck) }),
    timeLimit: 5 * MINUTE + longest,
  };
}

export function weightStep(ground: RolloutGround, from: number, to: number): PlannedStep {
  return {
    ...step('set-rollout-weight', `Give ${to} % of the traffic to ${ground.version}`),
    input: asJson({ ...ground, from, to }),
    timeLimit: ROLLOUT_LIMIT,
  };
}

export function promoteStep(name: string, ground: RolloutGround, from: number): PlannedStep {
  return {
    ...step('promote-rollout', `Promote ${ground.version} on ${name}`),
    input: asJson({ ...ground, from }),
    timeLimit: ROLLOUT_LIMIT,
  };
}

export function abortStep(title: string, ground: RolloutGround, weights: readonly number[]): PlannedStep {
  return {
    ...step('abort-rollout', title),
    input: asJson({ ...ground, weights: [...weights] }),
    timeLimit: ROLLOUT_LIMIT,
  };
}

function step(action: ActionName, title: string, effect: StepEffect = 'reversible') {
  return { id: action, action, title, effect } as const;
}

function asJson(value: object): JsonObject {
  const json: { [key: string]: Json } = JSON.parse(JSON.stringify(value));
  return json;
}
