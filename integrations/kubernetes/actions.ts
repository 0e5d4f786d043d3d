import type { StepAction } from '../step-action.ts';
import type { ActionName } from './action-name.ts';
import { abortRollout } from './argo-rollouts/steps/abort-rollout.ts';
import { beginRolloutCanary, verifyRolloutCanary } from './argo-rollouts/steps/begin-canary.ts';
import { giveBackSteps } from './argo-rollouts/steps/give-back-steps.ts';
import { promoteRollout } from './argo-rollouts/steps/promote-rollout.ts';
import { setRolloutWeight } from './argo-rollouts/steps/set-weight.ts';
import { checkColour } from './blue-green/steps/check-colour.ts';
import { prepareColour, restoreColour } from './blue-green/steps/prepare-colour.ts';
import { drainColour, retireColour, reviveColour } from './blue-green/steps/retire-colour.ts';
import { switchService, switchServiceBack } from './blue-green/steps/switch-service.ts';
import { verifyColour } from './blue-green/steps/verify-colour.ts';
import { migrate } from './steps/migrate.ts';
import { restore } from './steps/restore.ts';
import { rollOut } from './steps/roll-out.ts';
import type { StepRun } from './steps/step.ts';
import { verifyServing } from './steps/verify-serving.ts';
import { watchServing } from './steps/watch-serving.ts';
import { createCanary } from './traffic/steps/create-canary.ts';
import { promoteStable, removeCanary, returnTraffic } from './traffic/steps/end-canary.ts';
import { setCanaryWeight, verifyCanary } from './traffic/steps/set-canary-weight.ts';

/** What the steps of a plan may ask for. */
export const ACTIONS: Readonly<Record<ActionName, StepAction<StepRun>>> = {
  migrate,
  restore,
  'roll-out': rollOut,
  'verify-serving': verifyServing,
  'watch-serving': watchServing,
  'create-canary': createCanary,
  'verify-canary': verifyCanary,
  'set-canary-weight': setCanaryWeight,
  'promote-stable': promoteStable,
  'return-traffic': returnTraffic,
  'remove-canary': removeCanary,
  'begin-rollout-canary': beginRolloutCanary,
  'verify-rollout-canary': verifyRolloutCanary,
  'set-rollout-weight': setRolloutWeight,
  'promote-rollout': promoteRollout,
  'abort-rollout': abortRollout,
  'give-back-steps': giveBackSteps,
  'prepare-colour': prepareColour,
  'restore-colour': restoreColour,
  'check-colour': checkColour,
  'switch-service': switchService,
  'switch-service-back': switchServiceBack,
  'verify-colour': verifyColour,
  'drain-colour': drainColour,
  'retire-colour': retireColour,
  'revive-colour': reviveColour,
};
