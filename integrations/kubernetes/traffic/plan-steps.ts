import { z } from 'zod';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type { PlannedStep, StepEffect } from '../../../src/domain/plan.ts';
import { type HttpCheck, storedHttpChecks, storeHttpCheck } from '../../checks.ts';
import type { ActionName } from '../action-name.ts';
import { digest, templateChange } from '../steps/step.ts';

const MINUTE = 60_000;
const ROLLOUT_LIMIT = 60 * MINUTE;

const found: z.ZodType<JsonObject> = z.record(z.string(), z.json());

/** What a canary stands on: what its plan found, and what promoting it changes. */
export const canaryGround = z.object({
  version: z.string(),
  digest,
  /** The revision that it is compared with. */
  baseline: z.string(),
  /** What it brings to the workload when it is promoted. */
  change: templateChange,
  /** What decided over the traffic; it means something only to the strategy. */
  found,
});
export type CanaryGround = z.output<typeof canaryGround>;

const percent = z.int().min(0).max(100);
export const weightInput = canaryGround.extend({ from: percent, to: percent });
export const promotion = canaryGround.extend({ from: percent });
export const returning = canaryGround.extend({
  /** The percents that this operation may have set; any other split is somebody else's. */
  weights: z.array(percent),
});
export const verification = canaryGround.extend({ checks: storedHttpChecks });

export function createCanaryStep(name: string, ground: CanaryGround): PlannedStep {
  const input = asJson(ground);
  const undo = step('remove-canary', `Delete ${name}`, 'reversible');
  return {
    ...step('create-canary', `Start ${ground.version} as ${name}, without traffic`, 'reversible'),
    input,
    timeLimit: ROLLOUT_LIMIT,
    undo: { ...undo, id: 'create-canary', input, timeLimit: MINUTE },
  };
}

export function verifyCanaryStep(ground: CanaryGround, checks: readonly HttpCheck[]): PlannedStep {
  const longest = checks.reduce((sum, check) => sum + check.successes * (check.timeout + 100), 0);
  return {
    ...step('verify-canary', 'Check what it runs, before it takes traffic', 'reads'),
    input: asJson({ ...ground, checks: checks.map(storeHttpCheck) }),
    timeLimit: 5 * MINUTE + longest,
  };
}

export function setCanaryWeightStep(ground: CanaryGround, from: number, to: number): PlannedStep {
  return {
    ...step('set-canary-weight', `Give ${to} % of the traffic to ${ground.version}`, 'reversible'),
    input: asJson({ ...ground, from, to }),
    timeLimit: ROLLOUT_LIMIT,
  };
}

export function promoteStableStep(workload: string, ground: CanaryGround, from: number): PlannedStep {
  return {
    ...step('promote-stable', `Roll ${ground.version} out to ${workload}`, 'reversible'),
    input: asJson({ ...ground, from }),
    timeLimit: ROLLOUT_LIMIT,
  };
}

export function returnTrafficStep(
  title: string,
  ground: CanaryGround,
  weights: readonly number[],
): PlannedStep {
  return {
    ...step('return-traffic', title, 'reversible'),
    input: asJson({ ...ground, weights: weights.filter((weight) => weight < 100) }),
    timeLimit: 5 * MINUTE,
  };
}

/** Gives the workload back the template that was found, where promoting had changed it. */
export function restoreStableStep(workload: string, ground: CanaryGround): PlannedStep {
  return {
    ...step('restore', `Leave ${workload} with what it had`, 'reversible'),
    input: asJson(ground.change),
    timeLimit: ROLLOUT_LIMIT,
  };
}

export function removeCanaryStep(name: string, ground: CanaryGround, effect: StepEffect): PlannedStep {
  return { ...step('remove-canary', `Delete ${name}`, effect), input: asJson(ground), timeLimit: MINUTE };
}

function step(action: ActionName, title: string, effect: StepEffect) {
  return { id: action, action, title, effect } as const;
}

function asJson(value: object): JsonObject {
  const json: { [key: string]: Json } = JSON.parse(JSON.stringify(value));
  return json;
}
