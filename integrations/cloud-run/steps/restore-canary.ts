import { z } from 'zod';
import type { StepProgress } from '../../target.ts';
import { canaryShares, isAtWeight, namedShares } from '../canary-split.ts';
import type { ServiceReading } from '../reading.ts';
import {
  describeShares,
  restored,
  sameShares,
  sharesOf,
  type TrafficEntry,
  withoutTags,
} from '../traffic.ts';
import { changedBehindOurBack, changeTraffic, currentService } from './change-service.ts';
import { latestMeansTheSame, pinNote } from './latest-revision.ts';
import { waitingForTraffic } from './on-its-way.ts';
import { canaryGround, defineAction, operationHandle, type StepRun } from './step.ts';

const input = canaryGround.extend({
  /** The percents that this operation may have given its canary last; any other is somebody else's doing. */
  weights: z.array(z.int().min(0).max(100)),
});
type Input = z.output<typeof input>;

/**
 * Takes a canary back: the split that its plan found, without our tags. A split that somebody else has made
 * since keeps its shares, and only our tags go.
 */
export const restoreCanary = defineAction({
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

function standing(run: StepRun, { entries }: ServiceReading, ground: Input): Standing {
  if (sameShares(sharesOf(entries), sharesOf(ground.found.entries))) return 'found';
  const canary = run.ownRevision;
  const ours = ground.weights.some((percent) => isAtWeight({ ground, canary, entries, percent }));
  return ours ? 'ours' : 'theirs';
}

async function wanted(run: StepRun, service: ServiceReading, input: Input): Promise<readonly TrafficEntry[]> {
  const ownTags = [run.ownTag, run.ownBaselineTag];
  if (standing(run, service, input) === 'theirs') return withoutTags(service.entries, ownTags);
  const pin = !(await latestMeansTheSame(run, service, input.found));
  return restored({ found: input.found.entries, current: service.entries, ownTags, pin });
}

/** Judged by what is served: the long-running operation itself may fail because the newest revision did. */
async function look(run: StepRun, input: Input, operation: string | null): Promise<StepProgress> {
  const service = await currentService(run);
  const found = sharesOf(input.found.entries);
  const whose = standing(run, service, input);
  if (whose === 'ours') throw changedBehindOurBack(namedShares(service.entries), found);
  const served = sharesOf(service.served);
  if (service.reconciling || (whose === 'found' && !sameShares(served, found))) {
    return waitingForTraffic(service, { operation });
  }
  if (whose === 'theirs') return leftToThem(run, service, input);
  const message = `Traffic is as it was: ${describeShares(served)}${pinNote(service, input.found)}.`;
  return { phase: 'succeeded', message };
}

/** Theirs without our revision is an end that they chose; with it, the canary goes on without us. */
function leftToThem(run: StepRun, service: ServiceReading, input: Input): StepProgress {
  const now = sharesOf(service.entries);
  const shares = describeShares(namedShares(service.entries));
  if (now[run.ownRevision] === undefined) {
    const message = `Somebody else has changed the traffic to ${shares}; it was left as it is.`;
    return { phase: 'succeeded', message, left: true };
  }
  const ours = input.weights.map((weight) => describeShares(canaryShares(input, run.ownRevision, weight)));
  return {
    phase: 'failed',
    problem: 'conflict',
    message: `Somebody else changed the traffic: it is ${shares} and should be ${ours.join(', or ')}. It was left as it is, and ${run.ownRevision} still takes traffic.`,
  };
}
