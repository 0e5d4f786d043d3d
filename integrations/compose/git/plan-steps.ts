import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type { PlannedStep, StepEffect } from '../../../src/domain/plan.ts';
import { type Check, isHttpCheck, longestChecks, storeCheck } from '../../checks.ts';
import type { GitActionName } from './action-name.ts';
import { type GitBinding, shortCommit } from './binding.ts';
import { type Change, foundName } from './release.ts';

const MINUTE = 60_000;

/**
 * The steps from what was found to a commit. They are taken back from the last to the first, so that the old commit
 * is checked out before what ran is started again: that is the way back of the very first step.
 */
export function changeSteps(binding: GitBinding, change: Change): readonly PlannedStep[] {
  const { release, found } = change;
  const { checks, watch, migration, config } = binding;
  const input = asJson(change);
  const starting = config.ready + 10 * MINUTE;
  const before = foundName(found);
  const back = {
    ...step('serve-again', `Bring back ${before}`, 'reversible'),
    input,
    timeLimit: starting,
  };
  const checkoutBack = {
    ...step('checkout-back', `Check out ${before} again`, 'reversible'),
    input,
    timeLimit: 5 * MINUTE,
  };
  const proof = { release: asJson(release), checks: checks.map(storeCheck) };
  return [
    {
      ...step('fetch', `Have ${release.version} (${shortCommit(release.commit)}) on the host`, 'reversible'),
      input,
      timeLimit: 15 * MINUTE,
      undo: back,
    },
    {
      ...step('checkout', `Check out ${release.version}`, 'reversible'),
      input,
      timeLimit: 5 * MINUTE,
      undo: checkoutBack,
    },
    { ...step('images', 'Build or fetch its images', 'reversible'), input, timeLimit: 60 * MINUTE },
    ...(migration === null ? [] : [migrateStep(migration)]),
    { ...step('up', `Stop all, start ${release.version}`, 'reversible'), input, timeLimit: starting },
    {
      ...step('verify', 'Prove that it runs, and well', 'reads'),
      input: proof,
      timeLimit: 2 * MINUTE + longestChecks(checks),
    },
    ...(watch > 0 ? [watchStep(binding, change)] : []),
    { ...step('tidy', 'Remove old images', 'tidies'), input, timeLimit: 5 * MINUTE },
  ];
}

function migrateStep(migration: NonNullable<GitBinding['migration']>): PlannedStep {
  const title = `Migrate: ${migration.run.join(' ')} in ${migration.service}`.slice(0, 120);
  return { ...step('migrate', title, 'changes-data'), input: asJson(migration), timeLimit: 60 * MINUTE };
}

function watchStep({ checks, watch: duration }: GitBinding, { release }: Change): PlannedStep {
  const once: readonly Check[] = checks.map((check) =>
    isHttpCheck(check) ? { ...check, successes: 1 } : check,
  );
  return {
    ...step('watch', `Watch it for ${Math.round(duration / 1_000)} s`, 'reads'),
    input: { release: asJson(release), checks: once.map(storeCheck), duration },
    timeLimit: duration + 2 * MINUTE + longestChecks(checks),
  };
}

function step(action: GitActionName, title: string, effect: StepEffect) {
  return { id: action, action, title, effect } as const;
}

function asJson(value: object): JsonObject {
  const parsed: { [key: string]: Json } = JSON.parse(JSON.stringify(value));
  return parsed;
}
