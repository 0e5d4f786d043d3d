import type { Config } from '../config/schema.ts';
import type { Operation } from '../domain/operation.ts';
import type { Person } from '../domain/person.ts';
import type { Plan, PlannedStep } from '../domain/plan.ts';
import type { Refusal } from '../domain/refusal.ts';
import { actionFor, type ChannelRef, refuseAccount, refuseAction } from './authorise.ts';

/** True for a step that changes something that people use. */
export function changes({ effect }: PlannedStep): boolean {
  return effect === 'reversible' || effect === 'changes-data';
}

/**
 * Whether a person may stop the step, where its target can: data that is half changed is worse than data that was
 * changed, what tidies fails nothing, and canaries are aborted instead.
 */
export function isStoppable({ kind }: Pick<Plan, 'kind'>, { effect }: PlannedStep): boolean {
  return kind !== 'canary' && effect !== 'changes-data' && effect !== 'tidies';
}

/** Why a person may not stop a running operation, or null: whoever asked for it may, and whoever may ask for such. */
export function refuseStopper(
  request: {
    readonly person: Person | null;
    readonly operation: Pick<Operation, 'requesterId' | 'plan'>;
    readonly channel: ChannelRef;
  },
  config: Config,
): Refusal | null {
  const { person, operation, channel } = request;
  const account = refuseAccount(person);
  if (person === null || account !== null) return account;
  if (person.id === operation.requesterId) return null;
  const { kind, target } = operation.plan;
  return refuseAction({ person, action: actionFor(kind), environment: target.environment, channel }, config);
}
