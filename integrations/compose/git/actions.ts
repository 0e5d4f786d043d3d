import type { StepAction } from '../../step-action.ts';
import type { GitActionName } from './action-name.ts';
import type { GitRun } from './binding.ts';
import { checkout, checkoutBack } from './steps/checkout.ts';
import { fetch } from './steps/fetch.ts';
import { images } from './steps/images.ts';
import { migrate } from './steps/migrate.ts';
import { tidy } from './steps/tidy.ts';
import { serveAgain, up } from './steps/up.ts';
import { verify, watch } from './steps/verify.ts';

/** What the steps of a plan may ask for. */
export const GIT_ACTIONS: Readonly<Record<GitActionName, StepAction<GitRun>>> = {
  checkout,
  'checkout-back': checkoutBack,
  fetch,
  images,
  migrate,
  'serve-again': serveAgain,
  tidy,
  up,
  verify,
  watch,
};
