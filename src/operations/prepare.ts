import { capabilitiesOf, type DeployTarget, TargetError } from '../../integrations/target.ts';
import type { Plan, TargetPlan } from '../domain/plan.ts';
import { accept, type Outcome, type Refusal, refuse } from '../domain/refusal.ts';
import type { OperationRequest } from '../domain/request.ts';
import type { TargetRef } from '../domain/target.ts';
import { approvalFor } from '../policy/approvals.ts';
import { provenDigests } from '../store/operations.ts';
import { withBackupBefore } from './backup/gate.ts';
import { planWithBackups } from './backup/plan.ts';
import { canaryRules, canaryTerms } from './canary/terms.ts';
import { type OperationContext, targetOf } from './context.ts';

type PrepareContext = Pick<OperationContext, 'database' | 'config' | 'targets' | 'lease' | 'clock'>;

/**
 * Plans a request from what the target is doing at this moment. Read-only; refusals say what is wrong
 * with the request, or what the target answered. `approved` is the plan that people saw, when it is planned again.
 */
export async function preparePlan(
  context: PrepareContext,
  request: OperationRequest,
  approved: Plan | null = null,
): Promise<Outcome<Plan>> {
  const target = targetOf(context, request.target);
  const planned = await explained(request.target, () => planOnTarget(context, { target, request, approved }));
  if (!planned.ok) return planned;
  const plan: Plan = {
    ...planned.value,
    kind: request.kind,
    target: request.target,
    identity: target.identity,
    approval: approvalFor(request.kind, request.target, context.config),
    ...(request.kind === 'canary'
      ? { canary: canaryTerms(request, canaryRules(context.config, request.target)) }
      : {}),
  };
  const unreachable = refuseShares(target, plan);
  if (unreachable !== null) return refuse(unreachable);
  const unproven = await refuseUnproven(context, plan);
  return unproven === null ? accept(plan) : refuse(unproven);
}

/** A share that a canary would have to reach and cannot. */
function refuseShares(target: DeployTarget, plan: Plan): Refusal | null {
  if (target.traffic === undefined || plan.canary === undefined) return null;
  const reachable = target.traffic.reachable(plan);
  const asked = plan.canary.steps.find((step) => step !== 100 && !reachable.includes(step));
  if (asked === undefined) return null;
  const nearest = [...reachable].sort((a, b) => Math.abs(a - asked) - Math.abs(b - asked)).slice(0, 3);
  return { code: 'unreachable-share', target: plan.target, asked, nearest };
}

/** Turns the integration's error into a refusal; anything else is a fault and goes on. */
export async function explained<T>(target: TargetRef, work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return refuse({ code: 'target-error', target, problem: error.problem, detail: error.message });
  }
}

async function planOnTarget(
  context: PrepareContext,
  asked: {
    readonly target: DeployTarget;
    readonly request: OperationRequest;
    readonly approved: Plan | null;
  },
): Promise<Outcome<TargetPlan>> {
  const { target, request, approved } = asked;
  const gated = async (planned: Outcome<TargetPlan>) =>
    planned.ok ? withBackupBefore(context, { target, plan: planned.value, approved }) : planned;
  switch (request.kind) {
    case 'deploy':
      return gated(await planDeploy(target, request.version));
    case 'rollback':
      return planRollback(context, target, request.to);
    case 'canary':
      return gated(await planCanary(target, request.version));
    case 'backup':
    case 'verification':
    case 'restore':
      return planWithBackups(context, target, request, approved);
  }
}

async function planDeploy(target: DeployTarget, version: string): Promise<Outcome<TargetPlan>> {
  const [artifact, live] = await Promise.all([target.resolve(version), target.inspect()]);
  return artifact.ok ? target.planDeploy({ live, artifact: artifact.value }) : artifact;
}

async function planCanary(target: DeployTarget, version: string): Promise<Outcome<TargetPlan>> {
  if (target.traffic === undefined) {
    return refuse({
      code: 'no-capability',
      target: target.ref,
      wanted: 'canary',
      can: capabilitiesOf(target),
    });
  }
  const [artifact, live] = await Promise.all([target.resolve(version), target.inspect()]);
  return artifact.ok ? target.traffic.planCanary({ live, artifact: artifact.value }) : artifact;
}

async function planRollback(
  context: PrepareContext,
  target: DeployTarget,
  to: string | null,
): Promise<Outcome<TargetPlan>> {
  if (target.rollback === undefined) {
    return refuse({
      code: 'no-capability',
      target: target.ref,
      wanted: 'rollback',
      can: capabilitiesOf(target),
    });
  }
  const [live, good] = await Promise.all([target.inspect(), provenDigests(context.database, target.ref)]);
  return target.rollback.plan({ live, to, good });
}

/** `after: staging`: what is shipped must have succeeded there first. Going back is always allowed. */
async function refuseUnproven(context: PrepareContext, plan: Plan): Promise<Refusal | null> {
  const before = context.config.environments[plan.target.environment]?.after;
  const { artifact, target } = plan;
  if (before === undefined || artifact === null || plan.kind === 'rollback') return null;
  if (context.config.services[target.service]?.environments[before] === undefined) return null;
  const proven = await provenDigests(context.database, { service: target.service, environment: before });
  if (proven.includes(artifact.digest)) return null;
  return { code: 'unproven', target, version: artifact.version, before };
}
