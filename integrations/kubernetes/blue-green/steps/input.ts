import { z } from 'zod';
import { TargetError } from '../../../target.ts';
import { workloadText } from '../../history.ts';
import { type Service, service, type Workload } from '../../objects.ts';
import { changedBehindOurBack, currentWorkload } from '../../steps/change-template.ts';
import type { StepRun } from '../../steps/step.ts';
import { templateHash } from '../../template.ts';
import { blueGreenOf, inColour, selectedColour, servicePlace } from '../colours.ts';
import type { ColourState, Turn } from '../plan-steps.ts';

const colourState = z.object({ colour: z.string(), uid: z.string(), hash: z.string() });

/** A {@link Turn} as plans store it. */
export const turn = z.object({
  from: colourState,
  to: colourState,
  serviceUid: z.string(),
  foundMarks: z.record(z.string(), z.string().nullable()),
});

/** The same step, on that colour alone. */
export function onColour(run: StepRun, colour: string): StepRun {
  return { ...run, binding: inColour(run.binding, colour) };
}

/** The Service, which must be the one that was planned for. */
export async function currentService(run: StepRun, uid: string): Promise<Service> {
  const { binding, context } = run;
  const found = await binding.api.read(servicePlace(binding), service, context.signal);
  if (found.metadata.uid === uid) return found;
  throw new TargetError(
    'conflict',
    `Somebody has deleted the Service ${found.metadata.name} and made it anew. It was left as it is; ask again to see the new plan.`,
  );
}

/** The colour's Deployment, which must have the template that the plan says. */
export async function colourAsPlanned(run: StepRun, state: ColourState): Promise<Workload> {
  const own = onColour(run, state.colour);
  const found = await currentWorkload(own, state.uid);
  if (templateHash(found.spec.template) === state.hash) return found;
  throw changedBehindOurBack(own, found);
}

export function ensureSelects(run: StepRun, found: Service, colour: string): void {
  if (selectedColour(run.binding, found) !== colour) throw switchedBySomebody(run, found);
}

export function switchedBySomebody(run: StepRun, found: Service): TargetError {
  const { label } = blueGreenOf(run.binding);
  const selected = selectedColour(run.binding, found) ?? '(nothing)';
  return new TargetError(
    'conflict',
    `Somebody else has switched the Service ${found.metadata.name}: it selects ${label}=${selected}. It was left as it is.`,
  );
}

/** What must hold before the switch: the colour that serves, with what it serves. */
export async function ensureStillFrom(run: StepRun, { from, serviceUid }: Turn): Promise<Workload> {
  ensureSelects(run, await currentService(run, serviceUid), from.colour);
  return colourAsPlanned(run, from);
}

/** What must hold after the switch: the new colour serves, with what was approved. */
export async function ensureSwitched(
  run: StepRun,
  { to, serviceUid }: Turn,
): Promise<{
  readonly service: Service;
  readonly workload: Workload;
}> {
  const found = await currentService(run, serviceUid);
  ensureSelects(run, found, to.colour);
  return { service: found, workload: await colourAsPlanned(run, to) };
}

/** “the Deployment api-green in shop”. */
export function colourText(run: StepRun, colour: string): string {
  return workloadText(inColour(run.binding, colour).workload);
}
