import { TargetError } from '../../target.ts';
import type { RevisionTemplate } from '../client.ts';
import { readService, type ServiceReading, writeTraffic } from '../reading.ts';
import {
  describeShares,
  type FoundSplit,
  type Shares,
  sameEntries,
  sameShares,
  sharesOf,
  type TrafficEntry,
} from '../traffic.ts';
import type { StepRun } from './step.ts';

export interface ServiceChange {
  readonly traffic: readonly TrafficEntry[];
  readonly template?: RevisionTemplate;
}

/**
 * How often a change is tried whose etag did not hold. Cloud Run renews etags by itself while it reconciles;
 * each new try looks again whether the service still is what the plan saw.
 */
const TRIES = 3;

/**
 * Compare-and-set: reads the service, asks `decide` what to change (null for nothing; it throws when the
 * service is not what the plan saw), and sends it with the etag that was read. Returns the name of the
 * long-running operation, or null when nothing had to be done.
 */
export async function changeService(
  run: StepRun,
  decide: (service: ServiceReading) => ServiceChange | null | Promise<ServiceChange | null>,
): Promise<string | null> {
  const { signal } = run.context;
  for (let attempt = 1; ; attempt += 1) {
    const service = await currentService(run);
    const change = await decide(service);
    if (change === null) return null;
    try {
      return await run.binding.api.updateService(
        {
          name: service.name,
          etag: service.etag,
          traffic: writeTraffic(change.traffic),
          ...(change.template === undefined ? {} : { template: change.template }),
        },
        change.template === undefined ? ['traffic'] : ['template', 'traffic'],
        signal,
      );
    } catch (error) {
      const conflict = error instanceof TargetError && error.problem === 'conflict';
      if (!conflict || attempt === TRIES) throw error;
    }
  }
}

/** Changes traffic only, unless it is already asked to be so. */
export function changeTraffic(
  run: StepRun,
  wanted: (service: ServiceReading) => readonly TrafficEntry[] | Promise<readonly TrafficEntry[]>,
): Promise<string | null> {
  return changeService(run, async (service) => {
    const traffic = await wanted(service);
    return sameEntries(service.entries, traffic) ? null : { traffic };
  });
}

export async function currentService(run: StepRun): Promise<ServiceReading> {
  return readService(await run.binding.api.getService(run.binding.names.service, run.context.signal));
}

/** Throws a conflict when traffic is neither what the plan found nor one of what this operation made of it. */
export function ensureUntouched(
  service: ServiceReading,
  found: FoundSplit,
  own: readonly Shares[] = [],
): void {
  const now = sharesOf(service.entries);
  const planned = sharesOf(found.entries);
  if (sameShares(now, planned) || own.some((shares) => sameShares(now, shares))) return;
  throw changedBehindOurBack(now, planned);
}

export function changedBehindOurBack(now: Shares, expected: Shares): TargetError {
  return new TargetError(
    'conflict',
    `Somebody else changed the traffic: it is ${describeShares(now)} and should be ${describeShares(expected)}. It was left as it is.`,
  );
}

/** How a long-running operation failed; null while it runs, when it went well, or when it is forgotten. */
export async function operationFailure(run: StepRun, operation: string | null): Promise<string | null> {
  if (operation === null) return null;
  const state = await run.binding.api.findOperation(operation, run.context.signal);
  return state?.done ? state.error : null;
}
