import { maskSecrets } from '../../mask.ts';
import { TargetError } from '../../target.ts';
import type { Event, Workload } from '../objects.ts';
import { readRevisions, readWarnings } from '../reading.ts';
import { PODS } from '../resources.ts';
import { creationTrouble, type Trouble, troubleOf, troubleText } from '../trouble.ts';
import type { StepRun } from './step.ts';

export interface Troubles {
  readonly text: string;
  readonly troubles: readonly Trouble[];
}

/** Lines of a container that are shown, and in how many containers. */
const LINES = 15;
const MOST_LOGS = 1;

/** What keeps the pods of a template from becoming ready, for people. */
export async function findTroubles(run: StepRun, found: Workload, hash: string): Promise<Troubles> {
  const { signal } = run.context;
  const [[revisions], events] = await Promise.all([
    readRevisions(run.binding, found, signal),
    warningsIfAllowed(run),
  ]);
  const pods = revisions.filter((one) => one.hash === hash).flatMap((one) => one.pods);
  const troubles = pods.map((pod) => troubleOf(pod, events)).filter((one) => one !== null);
  const told = [creationTrouble(found.status.conditions) ?? '', troubleText(troubles)];
  return { text: told.filter((one) => one !== '').join('; '), troubles };
}

/** Events only add to what pods say themselves. */
async function warningsIfAllowed(run: StepRun): Promise<readonly Event[]> {
  try {
    return await readWarnings(run.binding, run.context.signal);
  } catch (error) {
    if (error instanceof TargetError && error.problem === 'permission') return [];
    throw error;
  }
}

/** Puts the last lines of what crashed into the thread. */
export async function tellLogs(run: StepRun, troubles: readonly Trouble[]): Promise<void> {
  const logs = troubles.flatMap(({ pod, log }) => (log === null ? [] : [{ pod, ...log }]));
  for (const { pod, container, previous } of logs.slice(0, MOST_LOGS)) {
    await tellLog(run, { pod, container, previous, what: 'Last lines' });
  }
}

/** One container's last lines, without secrets; what keeps them from being read is told in their place. */
export async function tellLog(
  run: StepRun,
  of: {
    readonly pod: string;
    readonly container: string;
    readonly previous: boolean;
    readonly what: string;
  },
): Promise<void> {
  const { api, config } = run.binding;
  const place = { resource: PODS, namespace: config.namespace, name: of.pod };
  const { container, previous } = of;
  const where = `${of.what} of ${container} in ${of.pod}`;
  try {
    const text = await api.log(place, { container, previous, lines: LINES }, run.context.signal);
    const lines = text.trimEnd();
    run.context.log(lines === '' ? `${where}: it wrote nothing.` : `${where}:\n${maskSecrets(lines)}`);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    run.context.log(`${where}: ${error.message}`);
  }
}
