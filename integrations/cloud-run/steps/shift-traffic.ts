import { z } from 'zod';
import type { StepProgress } from '../../target.ts';
import { ended } from '../errors.ts';
import { describeShares, sameShares, sharesOf, withShares } from '../traffic.ts';
import {
  changedBehindOurBack,
  changeTraffic,
  currentService,
  ensureUntouched,
  operationFailure,
} from './change-service.ts';
import {
  defineAction,
  foundSplit,
  type OperationHandle,
  operationHandle,
  revisionChoice,
  type StepRun,
} from './step.ts';

const input = z.object({ revision: revisionChoice, found: foundSplit });

const LOOK_AGAIN = 300;

/** Gives all traffic to one revision, by name, if the split still is the one that the plan found. */
export const shiftTraffic = defineAction({
  input,
  async start(run, { revision, found }) {
    const wanted = { [revision ?? run.ownRevision]: 100 };
    const operation = await changeTraffic(run, (service) => {
      ensureUntouched(service, found, [wanted]);
      return withShares(service.entries, wanted);
    });
    return look(run, revision ?? run.ownRevision, { operation });
  },
  async resume(run, { revision }, handle) {
    return look(run, revision ?? run.ownRevision, operationHandle.parse(handle));
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
  const failure = service.reconciling ? null : await operationFailure(run, handle.operation);
  if (failure !== null) {
    return { phase: 'failed', problem: 'unhealthy', message: `Traffic did not move. ${ended(failure)}` };
  }
  return {
    phase: 'running',
    handle,
    message: `waiting for the traffic: ${describeShares(served)}`,
    lookAgainAfter: LOOK_AGAIN,
  };
}
