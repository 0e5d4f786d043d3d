import type { StepAction } from '../step-action.ts';
import type { ActionName } from './action-name.ts';
import { migrate } from './steps/migrate.ts';
import { pull } from './steps/pull.ts';
import { restore } from './steps/restore.ts';
import type { StepRun } from './steps/step.ts';
import { tidy } from './steps/tidy.ts';
import { up } from './steps/up.ts';
import { verify } from './steps/verify.ts';
import { watch } from './steps/watch.ts';

/** What the steps of a plan may ask for. */
export const ACTIONS: Readonly<Record<ActionName, StepAction<StepRun>>> = {
  migrate,
  pull,
  restore,
  tidy,
  up,
  verify,
  watch,
};
