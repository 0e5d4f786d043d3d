import type { RequestOptions } from '../domain/request.ts';
import type { TargetRef } from '../domain/target.ts';
import type { OperationContext } from './context.ts';

/** A critical alert that fires for the target and of which the requester did not say that it is known. */
export async function unspokenAlert(
  { alerts }: Pick<OperationContext, 'alerts'>,
  options: RequestOptions | null,
  target: TargetRef,
): Promise<string | null> {
  return options?.duringIncident === undefined ? alerts.critical(target, null) : null;
}
