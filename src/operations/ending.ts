import type { OperationOutcome, OperationState } from '../domain/operation.ts';

/** How an operation ended. */
export interface Ending {
  readonly state: Exclude<OperationState, 'awaiting-approval' | 'running'>;
  readonly outcome: OperationOutcome;
}
