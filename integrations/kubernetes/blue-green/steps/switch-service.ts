import { z } from 'zod';
import { type StepProgress, TargetError } from '../../../target.ts';
import type { PatchOperation } from '../../client.ts';
import { type Service, service } from '../../objects.ts';
import { readRevisions } from '../../reading.ts';
import { desiredPods } from '../../rollout.ts';
import { currentWorkload, markOperations } from '../../steps/change-template.ts';
import { defineAction, type StepRun } from '../../steps/step.ts';
import { templateHash } from '../../template.ts';
import { isReady } from '../../trouble.ts';
import { blueGreenOf, COLOUR_MARKS, selectedColour, servicePlace } from '../colours.ts';
import type { Turn } from '../plan-steps.ts';
import {
  colourAsPlanned,
  currentService,
  ensureStillFrom,
  onColour,
  switchedBySomebody,
  turn,
} from './input.ts';

const TRIES = 8;
const LOOK_AGAIN = 300;

/** Gives all traffic to the new colour, if the Service still selects the one that the plan found. */
export const switchService = defineAction({
  input: turn,
  handle: z.null(),
  start: (run, asked) => switchOver(run, asked),
  resume: (run, asked) => switchOver(run, asked),
});

async function switchOver(run: StepRun, asked: Turn): Promise<StepProgress> {
  const { to, from, serviceUid } = asked;
  await colourAsPlanned(run, to);
  if (!isOurs(run, await currentService(run, serviceUid), to.colour)) await ensureStillFrom(run, asked);
  const found = await changeService(run, asked, (now) => {
    if (isOurs(run, now, to.colour)) return null;
    if (selectedColour(run.binding, now) !== from.colour) throw switchedBySomebody(run, now);
    const marks = {
      [COLOUR_MARKS.switchedBy]: run.context.operationId,
      [COLOUR_MARKS.previous]: from.colour,
    };
    return { colour: to.colour, marks };
  });
  return { phase: 'succeeded', message: `The Service ${found.metadata.name} selects ${to.colour}.` };
}

/** Takes the switch back, unless somebody has switched or deployed since, or nothing would serve then. */
export const switchServiceBack = defineAction({
  input: turn,
  handle: z.null(),
  start: (run, asked) => switchBack(run, asked),
  resume: (run, asked) => switchBack(run, asked),
});

async function switchBack(run: StepRun, asked: Turn): Promise<StepProgress> {
  const { from, to, serviceUid, foundMarks: marks } = asked;
  const now = await currentService(run, serviceUid);
  if (!isOurs(run, now, to.colour)) {
    const selected = selectedColour(run.binding, now);
    const message = `The Service ${now.metadata.name} selects ${selected}.`;
    return { phase: 'succeeded', message, ...(selected === from.colour ? {} : { left: true }) };
  }
  const serving = await currentWorkload(onColour(run, to.colour), to.uid);
  if (templateHash(serving.spec.template) !== to.hash) {
    const message = `Somebody else has changed ${to.colour}, which serves; it was left as it is.`;
    return { phase: 'succeeded', message, left: true };
  }
  const wait = await untilStanding(run, asked);
  if (wait !== null) return wait;
  const found = await changeService(run, asked, (latest) =>
    isOurs(run, latest, to.colour) ? { colour: from.colour, marks } : null,
  );
  return { phase: 'succeeded', message: `The Service ${found.metadata.name} selects ${from.colour} again.` };
}

/** Null when a pod of the old colour can take requests; waits for one that is on its way. */
async function untilStanding(run: StepRun, { from }: Turn): Promise<StepProgress | null> {
  const own = onColour(run, from.colour);
  const found = await currentWorkload(own, from.uid);
  const [revisions] = await readRevisions(own.binding, found, run.context.signal);
  if (revisions.some(({ pods }) => pods.some(isReady))) return null;
  if (desiredPods('deployment', found) > 0) {
    const message = `${from.colour} has no ready pod yet: nothing is switched before it has one`;
    return { phase: 'running', handle: null, message, lookAgainAfter: LOOK_AGAIN };
  }
  throw new TargetError(
    'conflict',
    `${from.colour} has no ready pod any more: switching back to it would leave nothing that serves.`,
  );
}

function isOurs(run: StepRun, found: Service, colour: string): boolean {
  const by = found.metadata.annotations[COLOUR_MARKS.switchedBy];
  return selectedColour(run.binding, found) === colour && by === run.context.operationId;
}

interface ServiceChange {
  readonly colour: string;
  readonly marks: Readonly<Record<string, string | null>>;
}

/** Compare-and-set of the selector's one label, and of our annotations. */
async function changeService(
  run: StepRun,
  { serviceUid }: Turn,
  decide: (found: Service) => ServiceChange | null,
): Promise<Service> {
  const { binding, context } = run;
  for (let attempt = 1; ; attempt += 1) {
    const found = await currentService(run, serviceUid);
    const change = decide(found);
    if (change === null) return found;
    try {
      const operations = patchOf(blueGreenOf(binding).label, found, change);
      return await binding.api.patch(servicePlace(binding), operations, service, context.signal);
    } catch (error) {
      const conflict = error instanceof TargetError && error.problem === 'conflict';
      if (!conflict || attempt === TRIES) throw error;
    }
  }
}

function patchOf(label: string, { metadata }: Service, { colour, marks }: ServiceChange): PatchOperation[] {
  const pointer = label.replaceAll('~', '~0').replaceAll('/', '~1');
  return [
    { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    ...markOperations(metadata.annotations, marks),
    { op: 'replace', path: `/spec/selector/${pointer}`, value: colour },
  ];
}
