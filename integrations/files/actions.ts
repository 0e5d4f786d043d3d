import type { StepAction } from '../step-action.ts';
import type { ActionName } from './action-name.ts';
import { guards } from './steps/guards.ts';
import { prove } from './steps/prove.ts';
import { restart, restartBack } from './steps/restart.ts';
import { stage } from './steps/stage.ts';
import { stageBackup } from './steps/stage-backup.ts';
import type { StepRun } from './steps/step.ts';
import { backup, discard, restore, swap, tidy } from './steps/tree-actions.ts';
import { verify, watch } from './steps/verify.ts';

/** What the steps of a plan may ask for. */
export const ACTIONS: Readonly<Record<ActionName, StepAction<StepRun>>> = {
  backup,
  discard,
  guards,
  prove,
  restart,
  'restart-back': restartBack,
  restore,
  stage,
  'stage-backup': stageBackup,
  swap,
  tidy,
  verify,
  watch,
};
