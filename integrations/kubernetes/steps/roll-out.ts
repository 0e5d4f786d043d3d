import { EVERYTHING } from '../argo-rollouts/own-steps.ts';
import type { Workload } from '../objects.ts';
import type { TemplateChange } from '../plan-steps.ts';
import { ensureRunning } from '../reading.ts';
import { templateHash } from '../template.ts';
import {
  changedBehindOurBack,
  changeWorkload,
  isOurs,
  ownMarks,
  type WorkloadChange,
} from './change-template.ts';
import { begunRollout, followRollout, rolloutHandle } from './follow.ts';
import { defineAction, type StepRun, templateChange } from './step.ts';

/** Gives the workload another template, if it still has the one that the plan found, and follows its rollout. */
export const rollOut = defineAction({
  input: templateChange,
  handle: rolloutHandle,
  async start(run, input) {
    const found = await changeWorkload(run, input.uid, (now) => wanted(run, now, input));
    return begunRollout(run, found);
  },
  resume: (run, { uid, wanted }, handle) => followRollout(run, { uid, hash: wanted.hash }, handle),
});

function wanted(run: StepRun, now: Workload, input: TemplateChange): WorkloadChange | null {
  const hash = templateHash(now.spec.template);
  if (hash === input.wanted.hash && isOurs(run, now)) return null;
  if (hash !== input.found.hash) throw changedBehindOurBack(run, now);
  ensureRunning(run.binding, now);
  const marks = ownMarks(run, input.marks);
  return { template: input.wanted, marks, ...(input.own === undefined ? {} : { steps: EVERYTHING }) };
}
