import { z } from 'zod';
import type { StepProgress } from '../../target.ts';
import type { ServiceReading } from '../reading.ts';
import { describeShares, restored, sameShares, sharesOf, type TrafficEntry, withoutTag } from '../traffic.ts';
import { changedBehindOurBack, changeTraffic, currentService } from './change-service.ts';
import { latestMeansTheSame, pinNote } from './latest-revision.ts';
import { waitingForTraffic } from './on-its-way.ts';
import { defineAction, foundSplit, operationHandle, revisionChoice, type StepRun } from './step.ts';

const input = z.object({ revision: revisionChoice, found: foundSplit });
type Input = z.output<typeof input>;

/**
 * Takes back what this operation did to traffic: the split that the plan found, without our tag. A split
 * that somebody else has made since, without our revision, is left as it is.
 */
export const restoreTraffic = defineAction({
  input,
  handle: operationHandle,
  async start(run, input) {
    const operation = await changeTraffic(run, (service) => wanted(run, service, input));
    return look(run, input, operation);
  },
  async resume(run, input, handle) {
    return look(run, input, handle.operation);
  },
});

type Standing = 'found' | 'ours' | 'theirs';

/** Whose split it is now; throws a conflict when somebody else's gives a share to our revision. */
function standing(run: StepRun, service: ServiceReading, input: Input): Standing {
  const own = input.revision ?? run.ownRevision;
  const now = sharesOf(service.entries);
  const found = sharesOf(input.found.entries);
  if (sameShares(now, found)) return 'found';
  if (sameShares(now, { [own]: 100 })) return 'ours';
  if (now[own] === undefined) return 'theirs';
  throw changedBehindOurBack(now, found);
}

async function wanted(run: StepRun, service: ServiceReading, input: Input): Promise<readonly TrafficEntry[]> {
  if (standing(run, service, input) === 'theirs') return withoutTag(service.entries, run.ownTag);
  const pin = !(await latestMeansTheSame(run, service, input.found));
  return restored({ found: input.found.entries, current: service.entries, ownTags: [run.ownTag], pin });
}

/** Judged by what is served: the long-running operation itself may fail because the newest revision did. */
async function look(run: StepRun, input: Input, operation: string | null): Promise<StepProgress> {
  const service = await currentService(run);
  const served = sharesOf(service.served);
  const whose = standing(run, service, input);
  if (whose === 'ours') throw changedBehindOurBack(sharesOf(service.entries), sharesOf(input.found.entries));
  if (service.reconciling || (whose === 'found' && !sameShares(served, sharesOf(input.found.entries)))) {
    return waitingForTraffic(service, { operation });
  }
  if (whose === 'found') {
    const message = `Traffic is as it was: ${describeShares(served)}${pinNote(service, input.found)}.`;
    return { phase: 'succeeded', message };
  }
  const message = `Somebody else has changed the traffic to ${describeShares(served)}; it was left as it is.`;
  return { phase: 'succeeded', message, left: true };
}
