import type { StepAction } from '../step-action.ts';
import type { ActionName } from './action-name.ts';
import { createRevision } from './steps/create-revision.ts';
import { migrate } from './steps/migrate.ts';
import { restoreCanary } from './steps/restore-canary.ts';
import { restoreTraffic } from './steps/restore-traffic.ts';
import { setJobImage } from './steps/set-job-image.ts';
import { setWeight } from './steps/set-weight.ts';
import { shiftTraffic } from './steps/shift-traffic.ts';
import type { StepRun } from './steps/step.ts';
import { tidy } from './steps/tidy.ts';
import { verifyNew } from './steps/verify-new.ts';
import { verifyServing } from './steps/verify-serving.ts';
import { watchServing } from './steps/watch-serving.ts';

/** What the steps of a plan may ask for. */
export const ACTIONS: Readonly<Record<ActionName, StepAction<StepRun>>> = {
  'create-revision': createRevision,
  migrate,
  'restore-canary': restoreCanary,
  'restore-traffic': restoreTraffic,
  'set-job-image': setJobImage,
  'set-weight': setWeight,
  'shift-traffic': shiftTraffic,
  tidy,
  'verify-new': verifyNew,
  'verify-serving': verifyServing,
  'watch-serving': watchServing,
};
