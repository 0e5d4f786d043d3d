import type { Workload } from '../objects.ts';
import type { TemplateChange } from '../plan-steps.ts';
import type { WorkloadChange } from '../steps/change-template.ts';
import { EVERYTHING } from './own-steps.ts';
import { stableSet } from './state.ts';

/**
 * The template that was found. Back to its stable side a Rollout goes at once, whatever its steps are; anywhere else it
 * would walk them, so that they are put back when it has arrived, and our marks with them.
 */
export function takingBack(now: Workload, change: TemplateChange): WorkloadChange {
  const { found: template, foundMarks: marks, own } = change;
  if (own === undefined) return { template, marks };
  return stableSet(now) === own.set
    ? { template, steps: own.steps, marks }
    : { template, steps: EVERYTHING, marks: {} };
}
