import { z } from 'zod';
import { type StepProgress, TargetError } from '../../target.ts';
import { canaryEntries, canaryShares, highestWeight, isAtWeight, namedShares } from '../canary-split.ts';
import type { ServiceReading } from '../reading.ts';
import { describeShares, sameShares, sharesOf } from '../traffic.ts';
import { changedBehindOurBack, changeTraffic, currentService } from './change-service.ts';
import { trafficOnItsWay } from './on-its-way.ts';
import {
  canaryGround,
  canaryNames,
  defineAction,
  type OperationHandle,
  operationHandle,
  type StepRun,
} from './step.ts';

const percent = z.int().min(0).max(100);
const input = canaryGround.extend({
  /** The percent that the canary has, and the one that it is to have. */
  from: percent,
  to: percent,
});
type Input = z.output<typeof input>;

/** Gives the canary a share of the traffic, if the split still is the one that this operation set before. */
export const setWeight = defineAction({
  input,
  handle: operationHandle,
  async start(run, input) {
    ensureReachable(run, input);
    const operation = await changeTraffic(run, (service) => {
      if (!isAt(run, service, input, input.to) && !isAt(run, service, input, input.from)) {
        throw changed(run, service, input, input.from);
      }
      const canary = canaryNames(run);
      return canaryEntries({ ground: input, canary, current: service.entries, percent: input.to });
    });
    return look(run, input, { operation });
  },
  async resume(run, input, handle) {
    return look(run, input, handle);
  },
});

function ensureReachable(run: StepRun, input: Input): void {
  const highest = highestWeight(input);
  if (input.to === 100 || input.to <= highest) return;
  throw new TargetError(
    'invalid',
    `${run.ownRevision} cannot take ${input.to} %: ${input.baseline} serves ${highest + 1} % and keeps 1 % at least; the rest is somebody else’s.`,
  );
}

function isAt(run: StepRun, service: ServiceReading, ground: Input, percent: number): boolean {
  return isAtWeight({ ground, canary: run.ownRevision, entries: service.entries, percent });
}

function changed(run: StepRun, service: ServiceReading, input: Input, expected: number): TargetError {
  return changedBehindOurBack(namedShares(service.entries), canaryShares(input, run.ownRevision, expected));
}

/** Succeeded when that split is what serves, and not merely what was asked for. */
async function look(run: StepRun, input: Input, handle: OperationHandle): Promise<StepProgress> {
  const service = await currentService(run);
  if (!isAt(run, service, input, input.to)) throw changed(run, service, input, input.to);
  const served = sharesOf(service.served);
  if (!service.reconciling && sameShares(served, canaryShares(input, run.ownRevision, input.to))) {
    return { phase: 'succeeded', message: `Traffic is ${describeShares(served)}.` };
  }
  return trafficOnItsWay(run, service, handle);
}
