import type { Artifact, Digest } from '../../src/domain/artifact.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { PlannedStep, StepEffect } from '../../src/domain/plan.ts';
import { type HttpCheck, storeHttpCheck } from '../checks.ts';
import type { ActionName } from './action-name.ts';
import type { CanaryGround } from './canary-split.ts';
import type { FoundSplit } from './traffic.ts';

const MINUTE = 60_000;

/** A revision by name; null for the one that the operation itself makes. */
type RevisionChoice = string | null;

export function createRevisionStep(artifact: Artifact, found: FoundSplit): PlannedStep {
  return {
    ...step('create-revision', `Create a revision of ${artifact.version} without traffic`, 'reversible'),
    input: {
      version: artifact.version,
      digest: artifact.digest,
      reference: artifact.reference,
      found: asJson(found),
    },
    timeLimit: 15 * MINUTE,
    undo: restoreStep('create-revision', 'Take the new revision’s tag away', { revision: null, found }),
  };
}

/** As in a deploy, with a tag on the baseline beside the one on the new revision. */
export function createCanaryStep(artifact: Artifact, ground: CanaryGround): PlannedStep {
  const step = createRevisionStep(artifact, ground.found);
  return {
    ...step,
    input: { ...step.input, baseline: ground.baseline },
    undo: { ...restoreCanaryStep(ground, [0]), id: step.id, title: 'Take the tags away' },
  };
}

export function setWeightStep(of: {
  readonly title: string;
  readonly ground: CanaryGround;
  readonly from: number;
  readonly to: number;
}): PlannedStep {
  const { title, ground, from, to } = of;
  return {
    ...step('set-weight', title, 'reversible'),
    id: `weight-${to}`,
    input: { ...groundAsJson(ground), from, to },
    timeLimit: 5 * MINUTE,
  };
}

export function restoreCanaryStep(
  ground: CanaryGround,
  weights: readonly number[],
): Omit<PlannedStep, 'undo'> {
  return {
    ...step('restore-canary', 'Restore the traffic that was found', 'reversible'),
    input: { ...groundAsJson(ground), weights },
    timeLimit: 5 * MINUTE,
  };
}

export function setJobImageStep(job: { name: string; found: string; image: string }): PlannedStep {
  const title = (image: string) => `Point the job ${job.name} at ${shortName(image)}`;
  const input = { job: job.name, image: job.image, found: job.found };
  return {
    ...step('set-job-image', title(job.image), 'reversible'),
    input,
    timeLimit: 5 * MINUTE,
    undo: {
      ...step('set-job-image', title(job.found), 'reversible'),
      input: { ...input, image: job.found, found: job.image },
      timeLimit: 5 * MINUTE,
    },
  };
}

export function migrateStep(job: { name: string; image: string }): PlannedStep {
  return {
    ...step('migrate', `Run the migration job ${job.name}`, 'changes-data'),
    input: { job: job.name, image: job.image },
    timeLimit: 60 * MINUTE,
  };
}

export function verifyNewStep(checks: readonly HttpCheck[]): PlannedStep {
  return {
    ...step('verify-new', 'Check the new revision at its own address', 'reads'),
    input: { checks: checks.map(storeHttpCheck) },
    timeLimit: MINUTE + longest(checks),
  };
}

export function shiftTrafficStep(title: string, revision: RevisionChoice, found: FoundSplit): PlannedStep {
  return {
    ...step('shift-traffic', title, 'reversible'),
    input: { revision, found: asJson(found) },
    timeLimit: 5 * MINUTE,
    undo: restoreStep('shift-traffic', 'Restore the traffic that was found', { revision, found }),
  };
}

export function verifyServingStep(
  revision: RevisionChoice,
  digest: Digest | null,
  checks: readonly HttpCheck[],
): PlannedStep {
  return {
    ...step('verify-serving', 'Check that it serves all traffic, and well', 'reads'),
    input: { revision, digest, checks: checks.map(storeHttpCheck) },
    timeLimit: 2 * MINUTE + longest(checks),
  };
}

export function watchServingStep(
  digest: Digest,
  checks: readonly HttpCheck[],
  duration: number,
): PlannedStep {
  const once = checks.map((check) => storeHttpCheck({ ...check, successes: 1 }));
  return {
    ...step('watch-serving', `Watch it for ${Math.round(duration / 1_000)} s`, 'reads'),
    input: { revision: null, digest, checks: once, duration },
    timeLimit: duration + 2 * MINUTE + longest(checks),
  };
}

export function tidyStep(title: string): PlannedStep {
  return { ...step('tidy', title, 'tidies'), input: {}, timeLimit: 2 * MINUTE };
}

function restoreStep(
  id: string,
  title: string,
  { revision, found }: { readonly revision: RevisionChoice; readonly found: FoundSplit },
): Omit<PlannedStep, 'undo'> {
  return {
    ...step('restore-traffic', title, 'reversible'),
    id,
    input: { revision, found: asJson(found) },
    timeLimit: 5 * MINUTE,
  };
}

function step(action: ActionName, title: string, effect: StepEffect) {
  return { id: action, action, title, effect } as const;
}

/** `api@sha256:3f2a90c1b7de`: enough of an image's name for people. */
function shortName(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  return name.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1');
}

/** What the checks may take at most. */
function longest(checks: readonly HttpCheck[]): number {
  return checks.reduce((sum, check) => sum + check.successes * (check.timeout + 100), 0);
}

function groundAsJson({ found, baseline }: CanaryGround): JsonObject {
  return { found: asJson(found), baseline };
}

function asJson({ entries, latestCreated }: FoundSplit): JsonObject {
  return { latestCreated, entries: entries.map((entry) => ({ ...entry })) };
}
