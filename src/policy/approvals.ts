import type { Config } from '../config/schema.ts';
import type { Approval, Operation } from '../domain/operation.ts';
import type { Person } from '../domain/person.ts';
import type { ApprovalRule, BarredAuthors, OperationKind } from '../domain/plan.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { TargetRef } from '../domain/target.ts';
import { refuseAccount } from './authorise.ts';
import { holdersOf, holdsRole } from './roles.ts';

/** The rule for a target: the service's own, or else its environment's; nobody is asked without either. */
export function approvalRule(target: TargetRef, config: Config): ApprovalRule {
  const own = config.services[target.service]?.environments[target.environment]?.approval;
  const rule = own ?? config.environments[target.environment]?.approval;
  if (rule === undefined) return { required: 0, approvers: [], expires: 0 };
  return { required: rule.required, approvers: rule.approvers, expires: rule.expires };
}

/** Who must agree to an operation of that kind: what leaves the target as it is needs only its role. */
export function approvalFor(kind: OperationKind, target: TargetRef, config: Config): ApprovalRule {
  if (kind === 'backup' || kind === 'verification') return { required: 0, approvers: [], expires: 0 };
  return approvalRule(target, config);
}

/** Whether those who wrote what is shipped may not approve it there. */
export function barsAuthors(target: TargetRef, config: Config): boolean {
  const own = config.services[target.service]?.environments[target.environment]?.approval;
  return (own ?? config.environments[target.environment]?.approval)?.barAuthors ?? false;
}

/** Approvals that are asked for beyond the rule, since some authors could be anybody. */
export function moreApprovals({ unplaced, incomplete, unproven = 0 }: BarredAuthors): number {
  return unplaced.length + (incomplete ? 1 : 0) + (unproven > 0 ? 1 : 0);
}

/** Milliseconds before the end at which approvers are reminded: as configured, or a fifth of the time. */
export function reminderLead(target: TargetRef, config: Config): number {
  const own = config.services[target.service]?.environments[target.environment]?.approval;
  const rule = own ?? config.environments[target.environment]?.approval;
  return rule?.remind ?? Math.floor((rule?.expires ?? 0) / 5);
}

/** Why a person's approval would not count, or null if it does. */
export function refuseApprover(
  person: Person | null,
  operation: Pick<Operation, 'requesterId' | 'plan'>,
  config: Config,
): Refusal | null {
  const account = refuseAccount(person);
  if (person === null || account !== null) return account;
  if (person.id === operation.requesterId) return { code: 'own-request' };
  if (operation.plan.approval.barred?.userIds.includes(person.id)) return { code: 'own-commits' };
  return refuseWithoutRole(person, operation, config);
}

/** Why a person may not end the question with a no, or null. Approvers may; the requester takes it back. */
export function refuseRejecter(
  person: Person | null,
  operation: Pick<Operation, 'requesterId' | 'plan'>,
  config: Config,
): Refusal | null {
  const account = refuseAccount(person);
  if (person === null || account !== null) return account;
  if (person.id === operation.requesterId) return null;
  return refuseWithoutRole(person, operation, config);
}

/** What a vote has come to. */
export interface Tally {
  /** People whose approval counts now. */
  readonly approvedBy: readonly string[];
  readonly missing: number;
}

/**
 * Counts the approvals that stand for exactly this plan, by distinct people who may approve at this
 * moment. `people` holds everyone who decided; whoever could not be looked up does not count.
 */
export function tally(
  operation: Pick<Operation, 'requesterId' | 'plan' | 'planDigest'>,
  approvals: readonly Approval[],
  people: ReadonlyMap<string, Person>,
  config: Config,
): Tally {
  const approvedBy = approvals
    .filter((approval) => approval.decision === 'approve' && approval.planDigest === operation.planDigest)
    .map((approval) => approval.userId)
    .filter((userId) => refuseApprover(people.get(userId) ?? null, operation, config) === null);
  const distinct = [...new Set(approvedBy)];
  return { approvedBy: distinct, missing: Math.max(0, operation.plan.approval.required - distinct.length) };
}

function refuseWithoutRole(
  person: Person,
  operation: Pick<Operation, 'plan'>,
  config: Config,
): Refusal | null {
  const { approvers } = operation.plan.approval;
  if (holdsRole(person, approvers, config)) return null;
  return {
    code: 'missing-role',
    wanted: approvers,
    who: holdersOf(approvers, config),
    action: 'approve',
    environment: operation.plan.target.environment,
  };
}
