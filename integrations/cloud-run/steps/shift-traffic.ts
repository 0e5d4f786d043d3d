import { z } from 'zod';
import type { StepProgress } from '../../target.ts';
import { sameShares, sharesOf, withShares } from '../traffic.ts';
import { changedBehindOurBack, changeTraffic, currentService, ensureUntouched } from './change-service.ts';
import { trafficOnItsWay } from './on-its-way.ts';
import {
  defineAction,
  foundSplit,
  type OperationHandle,
  operationHandle,
  revisionChoice,
  type StepRun,
} from './step.ts';

const input = z.object({ revision: revisionChoice, found: foundSplit });

/** Gives all traffic to one revision, by name, if the split still is the one that the plan found. */
export const shiftTraffic = defineAction({
  input,
  handle: operationHandle,
  async start(run, { revision, found }) {
    const wanted = { [revision ?? run.ownRevision]: 100 };
    const operation = await changeTraffic(run, (service) => {
      ensureUntouched(service, found, [wanted]);
      return withShares(service.entries, wanted);
    });
    return look(run, revision ?? run.ownRevision, { operation });
  },
  async resume(run, { revision }, handle) {
    return look(run, revision ?? run.ownRevision, handle);
  },
});

async function look(run: StepRun, revision: string, handle: OperationHandle): Promise<StepProgress> {
  const wanted = { [revision]: 100 };
  const service = await currentService(run);
  const asked = sharesOf(service.entries);
  if (!sameShares(asked, wanted)) throw changedBehindOurBack(asked, wanted);
  const served = sharesOf(service.served);
  if (!service.reconciling && sameShares(served, wanted)) {
    return { phase: 'succeeded', message: `All traffic goes to ${revision}.` };
  }
  return trafficOnItsWay(run, service, handle);
}
