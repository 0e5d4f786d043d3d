import type { Digest } from '../../../src/domain/artifact.ts';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type { PlannedStep, StepEffect } from '../../../src/domain/plan.ts';
import { type HttpCheck, storeHttpCheck } from '../../checks.ts';
import type { ActionName } from '../action-name.ts';
import type { TemplateChange } from '../plan-steps.ts';

const MINUTE = 60_000;
const ROLLOUT_LIMIT = 60 * MINUTE;

/** A colour by its Deployment, and the template that it is to have. */
export interface ColourState {
  readonly colour: string;
  readonly uid: string;
  readonly hash: string;
}

/** From the colour that serves to the other one. */
export interface Turn {
  readonly from: ColourState;
  readonly to: ColourState;
  readonly serviceUid: string;
  /** What stood in our annotations on the Service; null for what was not there. */
  readonly foundMarks: Readonly<Record<string, string | null>>;
}

export function prepareColourStep(
  title: string,
  change: TemplateChange,
  of: { readonly turn: Turn; readonly foundReplicas: number },
): PlannedStep {
  const input = asJson({ ...change, ...of });
  const undo = step('restore-colour', `Give ${of.turn.to.colour} back what it had`, 'reversible');
  return {
    ...step('prepare-colour', title, 'reversible'),
    input,
    timeLimit: ROLLOUT_LIMIT,
    undo: { ...undo, id: 'prepare-colour', input, timeLimit: ROLLOUT_LIMIT },
  };
}

export function checkColourStep(of: {
  readonly turn: Turn;
  readonly digest: Digest | null;
  readonly health: { readonly check: HttpCheck; readonly port: number } | null;
  readonly times: number;
  readonly every: number;
}): PlannedStep {
  const { turn, digest, health, times, every } = of;
  const stored = health === null ? null : { check: storeHttpCheck(health.check), port: health.port };
  const title =
    health === null
      ? `Check what the pods of ${turn.to.colour} run`
      : `Check the health of ${turn.to.colour}, ${times === 1 ? 'once' : `${times} times`}`;
  return {
    ...step('check-colour', title, 'reads'),
    input: asJson({ turn, digest, health: stored, times, every }),
    timeLimit: 5 * MINUTE + times * (every + (health?.check.timeout ?? 0)),
  };
}

export function switchServiceStep(service: string, turn: Turn): PlannedStep {
  const input = asJson(turn);
  const { from, to } = turn;
  const undo = step(
    'switch-service-back',
    `Switch ${service} from ${to.colour} back to ${from.colour}`,
    'reversible',
  );
  return {
    ...step('switch-service', `Switch ${service} from ${from.colour} to ${to.colour}`, 'reversible'),
    input,
    timeLimit: MINUTE,
    undo: { ...undo, id: 'switch-service', input, timeLimit: 5 * MINUTE },
  };
}

export function verifyColourStep(of: {
  readonly turn: Turn;
  readonly digest: Digest | null;
  readonly checks: readonly HttpCheck[];
  /** Milliseconds for which it is proven again and again; 0 for once. */
  readonly duration: number;
}): PlannedStep {
  const { turn, digest, checks, duration } = of;
  const once = checks.map((check) => storeHttpCheck(duration > 0 ? { ...check, successes: 1 } : check));
  const title =
    duration > 0 ? `Watch it for ${seconds(duration)}` : 'Check that every pod behind the Service runs it';
  const longest = checks.reduce((sum, check) => sum + check.successes * (check.timeout + 100), 0);
  return {
    ...step('verify-colour', title, 'reads'),
    id: duration > 0 ? 'watch-colour' : 'verify-colour',
    input: asJson({ turn, digest, checks: once, duration }),
    timeLimit: duration + 5 * MINUTE + longest,
  };
}

export function drainStep(turn: Turn, digest: Digest | null, drain: number): PlannedStep {
  return {
    ...step('drain-colour', `Leave ${turn.from.colour} ${seconds(drain)} for what is under way`, 'reads'),
    input: asJson({ turn, digest, drain }),
    timeLimit: drain + 5 * MINUTE,
  };
}

/** Comes after the switch is proven: that it fails takes nothing back. */
export function retireColourStep(turn: Turn): PlannedStep {
  const input = asJson(turn);
  const undo = step('revive-colour', `Scale ${turn.from.colour} up again`, 'reversible');
  return {
    ...step('retire-colour', `Scale ${turn.from.colour} to zero`, 'tidies'),
    input,
    timeLimit: 5 * MINUTE,
    undo: { ...undo, id: 'retire-colour', input, timeLimit: ROLLOUT_LIMIT },
  };
}

function step(action: ActionName, title: string, effect: StepEffect) {
  return { id: action, action, title, effect } as const;
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000)} s`;
}

function asJson(value: object): JsonObject {
  const json: { [key: string]: Json } = JSON.parse(JSON.stringify(value));
  return json;
}
