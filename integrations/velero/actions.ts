import type { StepAction } from '../step-action.ts';
import { deleteBackups } from './steps/delete.ts';
import { make } from './steps/make.ts';
import { checkPods, checkReached, waitForPods } from './steps/recover.ts';
import { restoreAll, restoreRoutes, undoRestore } from './steps/restore.ts';
import type { VeleroRun } from './steps/step.ts';
import { clearScratch, compareScratch, restoreScratch } from './steps/verify.ts';

/** What the steps of a plan may ask for. The names are in stored plans: they never change their meaning. */
export const ACTIONS = {
  make,
  restore: restoreAll,
  'wait-for-pods': waitForPods,
  'check-pods': checkPods,
  'restore-routes': restoreRoutes,
  'check-reached': checkReached,
  'undo-restore': undoRestore,
  'restore-scratch': restoreScratch,
  'compare-scratch': compareScratch,
  'clear-scratch': clearScratch,
  delete: deleteBackups,
} as const satisfies Readonly<Record<string, StepAction<VeleroRun>>>;

export type ActionName = keyof typeof ACTIONS;
