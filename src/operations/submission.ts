import { createHash } from 'node:crypto';
import type { OperationRequest, Origin, RequestOptions } from '../domain/request.ts';
import { targetKey } from '../domain/target.ts';

/** Something asked for: one operation for each request, or none at all. */
export interface Submission {
  /** The delivery that it came with: submitting it again is the same operations. */
  readonly deliveryId: string;
  readonly requests: readonly OperationRequest[];
  readonly options: RequestOptions;
  readonly dryRun: boolean;
  readonly origin: Origin;
}

/** The same for the same delivery and target, so that working on a delivery twice is working once. */
export function operationId(deliveryId: string, request: OperationRequest): string {
  const hash = createHash('sha256')
    .update(`${deliveryId} ${targetKey(request.target)}`)
    .digest('hex');
  return `op-${BigInt(`0x${hash.slice(0, 16)}`)
    .toString(36)
    .slice(0, 10)}`;
}
