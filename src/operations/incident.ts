import type { RequestOptions } from '../domain/request.ts';
import type { TargetRef } from '../domain/target.ts';
import type { Queryable } from '../store/database.ts';
import type { OperationContext } from './context.ts';

/** A critical alert that fires for the target and of which the requester did not say that it is known. */
export async function unspokenAlert(
  { alerts }: Pick<OperationContext, 'alerts'>,
  db: Queryable,
  { options, target }: { readonly options: RequestOptions | null; readonly target: TargetRef },
): Promise<string | null> {
  return options?.duringIncident === undefined ? alerts.critical(db, target, null) : null;
}
