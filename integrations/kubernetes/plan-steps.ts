import type { Artifact, Digest } from '../../src/domain/artifact.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { PlannedStep, StepEffect } from '../../src/domain/plan.ts';
import { type HttpCheck, storeHttpCheck } from '../checks.ts';
import type { ActionName } from './action-name.ts';
import type { OwnSteps } from './argo-rollouts/own-steps.ts';
import { ANNOTATIONS } from './names.ts';

const MINUTE = 60_000;
/** A Deployment's own deadline ends its rollout; this only ends what has none. */
const ROLLOUT_LIMIT = 60 * MINUTE;

/** Where a template comes from: the present one with another image, or one that the cluster has kept. */
export type TemplateSource = { readonly image: string } | { readonly revision: string };

/** A template of a workload by its content, and where to get it. */
export interface TemplateChoice {
  readonly hash: string;
  readonly source: TemplateSource;
}

/** What a rollout changes, and what it found. */
export interface TemplateChange {
  /** Of the workload: one that was deleted and made anew is another one. */
  readonly uid: string;
  readonly wanted: TemplateChoice;
  readonly found: TemplateChoice;
  /** What stood in our annotations; null for what was not there. */
  readonly foundMarks: Readonly<Record<string, string | null>>;
  /** What is rolled out, for the annotations. */
  readonly marks: { readonly version: string | null; readonly digest: Digest | null };
  /** Of a Rollout that is led past its own steps: those, to be put back at the end, and the ReplicaSet that was found. */
  readonly own?: OwnSteps;
}

export function rollOutStep(title: string, change: TemplateChange): PlannedStep {
  const input = changeAsJson(change);
  return {
    ...step('roll-out', title, 'reversible'),
    input,
    timeLimit: ROLLOUT_LIMIT,
    undo: {
      ...step('restore', 'Go back to the template that was found', 'reversible'),
      id: 'roll-out',
      input,
      timeLimit: ROLLOUT_LIMIT,
    },
  };
}

export function migrateStep(of: {
  readonly job: string;
  readonly image: string | null;
  readonly containers: readonly string[];
}): PlannedStep {
  return {
    ...step('migrate', `Run the migration job ${of.job}`, 'changes-data'),
    input: { job: of.job, image: of.image, containers: of.containers },
    timeLimit: ROLLOUT_LIMIT,
  };
}

/** What has to serve: the template, and what its pods have to show. */
export interface Serving {
  readonly uid: string;
  readonly hash: string;
  /** Null only when going back to a revision whose content nothing tells. */
  readonly digest: Digest | null;
}

export function verifyServingStep(serving: Serving, checks: readonly HttpCheck[]): PlannedStep {
  return {
    ...step('verify-serving', 'Check that every pod runs it, and well', 'reads'),
    input: { ...serving, checks: checks.map(storeHttpCheck) },
    timeLimit: 5 * MINUTE + longest(checks),
  };
}

export function watchServingStep(
  serving: Serving,
  checks: readonly HttpCheck[],
  duration: number,
): PlannedStep {
  const once = checks.map((check) => storeHttpCheck({ ...check, successes: 1 }));
  return {
    ...step('watch-serving', `Watch it for ${Math.round(duration / 1_000)} s`, 'reads'),
    input: { ...serving, checks: once, duration },
    timeLimit: duration + 2 * MINUTE + longest(checks),
  };
}

/** What an artifact is called in the annotations. */
export function marksOf({ version, digest }: Artifact): TemplateChange['marks'] {
  return { version, digest };
}

/** What stands in our annotations before a change. */
export function foundMarks(
  annotations: Readonly<Record<string, string>>,
): Readonly<Record<string, string | null>> {
  return Object.fromEntries(Object.values(ANNOTATIONS).map((key) => [key, annotations[key] ?? null]));
}

function step(action: ActionName, title: string, effect: StepEffect) {
  return { id: action, action, title, effect } as const;
}

/** What the checks may take at most. */
function longest(checks: readonly HttpCheck[]): number {
  return checks.reduce((sum, check) => sum + check.successes * (check.timeout + 100), 0);
}

/** Puts a Rollout’s own steps back, behind what was rolled out or behind what was found. */
export function giveBackStepsStep(
  change: TemplateChange,
  behind: 'wanted' | 'found',
  effect: StepEffect,
): PlannedStep {
  return {
    ...step('give-back-steps', 'Give the Rollout its own steps back', effect),
    input: { change: changeAsJson(change), behind },
    timeLimit: 5 * MINUTE,
  };
}

export function changeAsJson({ uid, wanted, found, foundMarks, marks, own }: TemplateChange): JsonObject {
  return {
    uid,
    wanted: { hash: wanted.hash, source: wanted.source },
    found: { hash: found.hash, source: found.source },
    foundMarks,
    marks,
    ...(own === undefined ? {} : { own: { steps: own.steps, set: own.set } }),
  };
}
