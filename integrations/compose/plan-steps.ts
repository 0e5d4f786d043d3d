import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { PlannedStep, StepEffect } from '../../src/domain/plan.ts';
import { type Check, isHttpCheck, longestChecks, storeCheck } from '../checks.ts';
import type { ActionName } from './action-name.ts';
import type { ComposeBinding, Migration } from './binding.ts';
import type { Found, Release } from './release.ts';

const MINUTE = 60_000;

export function pullStep(release: Release): PlannedStep {
  const input = asJson(release);
  return { ...step('pull', `Pull ${release.version}`, 'reversible'), input, timeLimit: 30 * MINUTE };
}

export function migrateStep(migration: Migration, release: Release | null): PlannedStep {
  const title = `Migrate: ${migration.run.join(' ')} in ${migration.service}`;
  const input = { release: release === null ? null : asJson(release), ...migration };
  return { ...step('migrate', title.slice(0, 120), 'changes-data'), input, timeLimit: 60 * MINUTE };
}

export function upStep(
  title: string,
  { config }: Pick<ComposeBinding, 'config'>,
  input: { readonly release: Release; readonly found: Found; readonly alone: boolean },
): PlannedStep {
  const timeLimit = config.ready + 10 * MINUTE;
  const back = input.found.version === null ? 'Take it back' : `Bring back ${input.found.version}`;
  return {
    ...step('up', title, 'reversible'),
    input: asJson(input),
    timeLimit,
    undo: { ...step('restore', back, 'reversible'), id: 'up', input: asJson(input), timeLimit },
  };
}

export function verifyStep(release: Release, checks: readonly Check[]): PlannedStep {
  return {
    ...step('verify', 'Check that it runs, and well', 'reads'),
    input: { release: asJson(release), checks: checks.map(storeCheck) },
    timeLimit: 2 * MINUTE + longestChecks(checks),
  };
}

export function watchStep(release: Release, checks: readonly Check[], duration: number): PlannedStep {
  const once = checks.map((check) => storeCheck(isHttpCheck(check) ? { ...check, successes: 1 } : check));
  return {
    ...step('watch', `Watch it for ${Math.round(duration / 1_000)} s`, 'reads'),
    input: { release: asJson(release), checks: once, duration },
    timeLimit: duration + 2 * MINUTE + longestChecks(checks),
  };
}

export function tidyStep(found: Found): PlannedStep {
  return { ...step('tidy', 'Remove old images', 'tidies'), input: asJson(found), timeLimit: 5 * MINUTE };
}

function step(action: ActionName, title: string, effect: StepEffect) {
  return { id: action, action, title, effect } as const;
}

function asJson(value: object): JsonObject {
  const parsed: { [key: string]: Json } = JSON.parse(JSON.stringify(value));
  return parsed;
}
