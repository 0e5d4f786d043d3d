import type { StepProgress } from '../../target.ts';
import { ended } from '../errors.ts';
import type { ServiceReading } from '../reading.ts';
import { describeShares, sharesOf } from '../traffic.ts';
import { operationFailure } from './change-service.ts';
import type { OperationHandle, StepRun } from './step.ts';

const LOOK_AGAIN = 300;

/** A split that was asked for is not what is served yet. */
export function waitingForTraffic(service: ServiceReading, handle: OperationHandle): StepProgress {
  return {
    phase: 'running',
    handle,
    message: `waiting for the traffic: ${describeShares(sharesOf(service.served))}`,
    lookAgainAfter: LOOK_AGAIN,
  };
}

/** The same where the long-running operation says whether it still will be. */
export async function trafficOnItsWay(
  run: StepRun,
  service: ServiceReading,
  handle: OperationHandle,
): Promise<StepProgress> {
  const failure = service.reconciling ? null : await operationFailure(run, handle.operation);
  if (failure === null) return waitingForTraffic(service, handle);
  return { phase: 'failed', problem: 'unhealthy', message: `Traffic did not move. ${ended(failure)}` };
}
