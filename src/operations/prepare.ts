import { capabilitiesOf, type DeployTarget, TargetError } from '../../integrations/target.ts';
import type { Artifact } from '../domain/artifact.ts';
import type { LiveState } from '../domain/live-state.ts';
import { nearest } from '../domain/nearest.ts';
import type { ApprovalRule, Plan, TargetPlan } from '../domain/plan.ts';
import { accept, type Outcome, type Refusal, refuse } from '../domain/refusal.ts';
import type { CanaryExtensionRequest, OperationRequest } from '../domain/request.ts';
import type { TargetRef } from '../domain/target.ts';
import { approvalFor, barsAuthors, moreApprovals } from '../policy/approvals.ts';
import { provenDigests } from '../store/operations.ts';
import { withBackupBefore } from './backup/gate.ts';
import { planWithBackups } from './backup/plan.ts';
import { planExtension } from './canary/extension.ts';
import { canaryRules, canaryTerms } from './canary/terms.ts';
import { type OperationContext, targetOf } from './context.ts';
import { barAuthors } from './source/authors.ts';
import { readSourceChange } from './source/change.ts';
import { type ResolvedVersion, resolveTyped } from './source/version.ts';

type PrepareContext = Pick<OperationContext, 'database' | 'config' | 'targets' | 'lease' | 'code' | 'clock'>;

/** A plan without policy, and the commit that it ships if that was found on the way. */
interface Draft {
  readonly plan: TargetPlan;
  readonly commit: string | null;
}

/**
 * Plans a request from what the target is doing at this moment. Read-only; refusals say what is wrong
 * with the request, or what the target answered. With the plan that was `approved`, its version is the
 * artifact's own, and what is shipped is not read again: two commits say the same for ever, and the code host
 * may be away.
 */
export async function preparePlan(
  context: PrepareContext,
  request: OperationRequest,
  approved: Plan | null = null,
): Promise<Outcome<Plan>> {
  if (request.kind === 'canary-extension') return planExtension(context, request);
  const target = targetOf(context, request.target);
  const planned = await explained(request.target, () => planOnTarget(context, target, request, approved));
  if (!planned.ok) return planned;
  const sourced = await explained(request.target, () =>
    withSource(context, request, planned.value, approved),
  );
  if (!sourced.ok) return sourced;
  const plan: Plan = {
    ...planned.value.plan,
    kind: request.kind,
    target: request.target,
    identity: target.identity,
    ...sourced.value,
    ...(request.kind === 'canary'
      ? { canary: canaryTerms(request, canaryRules(context.config, request.target)) }
      : {}),
  };
  const unreachable = refuseShares(target, plan);
  if (unreachable !== null) return refuse(unreachable);
  const unproven = await refuseUnproven(context, plan);
  return unproven === null ? accept(plan) : refuse(unproven);
}

/** What is shipped, who must approve it, and what must be green before it begins. */
async function withSource(
  context: PrepareContext,
  request: OperationRequest,
  { plan, commit }: Draft,
  approved: Plan | null,
): Promise<Outcome<Pick<Plan, 'approval' | 'source' | 'checks'>>> {
  const { kind, target } = request;
  const rule = askedByStranger(request, approvalFor(kind, target, context.config));
  if (kind === 'backup' || kind === 'verification' || kind === 'restore') return accept({ approval: rule });
  const same = approved !== null && endsAlike(approved, plan);
  const source = same ? approved.source : await readSourceChange(context, { target, ...plan }, commit);
  if (source === undefined) return accept({ approval: rule });
  if (kind === 'rollback') return accept({ approval: rule, source });
  const checks = context.config.services[target.service]?.environments[target.environment]?.checks;
  const gated = checks === undefined ? {} : { checks };
  if (!barsAuthors(target, context.config) || rule.required === 0)
    return accept({ approval: rule, source, ...gated });
  const barred = same ? approved.approval.barred : undefined;
  const host = context.code.of(target.service);
  const approval =
    barred === undefined
      ? await barAuthors(rule, source, { place: context.code.placeAuthor, host })
      : { ...rule, required: rule.required + moreApprovals(barred), barred };
  return accept({ approval, source, ...gated });
}

/** Whoever is not known could be one of the approvers: one more of them is surely somebody else. */
function askedByStranger(request: OperationRequest, rule: ApprovalRule): ApprovalRule {
  const isStranger = request.kind === 'deploy' && request.stranger !== undefined;
  return isStranger && rule.required > 0 ? { ...rule, required: rule.required + 1 } : rule;
}

function endsAlike(approved: Plan, { from, to }: TargetPlan): boolean {
  return approved.from?.digest === from?.digest && approved.to.digest === to.digest && to.digest !== null;
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
  target: DeployTarget,
  request: Exclude<OperationRequest, CanaryExtensionRequest>,
  approved: Plan | null,
): Promise<Outcome<Draft>> {
  switch (request.kind) {
    case 'deploy':
    case 'canary':
      return planVersion(context, target, request, approved);
    case 'rollback':
      return draft(planRollback(context, target, request.to), null);
    case 'backup':
    case 'verification':
    case 'restore':
      return draft(planWithBackups(context, target, request, approved), null);
  }
}

/** What was approved is what its version meant then, though a branch may have moved on. */
async function planVersion(
  context: PrepareContext,
  target: DeployTarget,
  request: Extract<OperationRequest, { readonly version: string }>,
  approved: Plan | null,
): Promise<Outcome<Draft>> {
  const shipped = partOf(target, request);
  if (!shipped.ok) return shipped;
  const settled = approved?.source === undefined ? null : approved.artifact;
  const [resolved, live] = await Promise.all([
    settled === null
      ? resolveTyped(context, shipped.value, request.version)
      : approvedVersion(shipped.value, settled.version),
    target.inspect(),
  ]);
  if (!resolved.ok) return resolved;
  const { artifact, commit } = resolved.value;
  const planned =
    request.kind === 'deploy'
      ? shipped.value.planDeploy({ live, artifact })
      : planCanary(target, { live, artifact });
  const versionPlan = await planned;
  if (!versionPlan.ok) return versionPlan;
  const gated = await withBackupBefore(context, { target, plan: versionPlan.value, approved });
  return gated.ok ? accept({ plan: gated.value, commit }) : gated;
}

/** The target, or the part of it that alone is meant. */
function partOf(
  target: DeployTarget,
  request: Extract<OperationRequest, { readonly version: string }>,
): Outcome<DeployTarget> {
  if (request.kind !== 'deploy' || request.only === undefined) return accept(target);
  const { only: wanted } = request;
  const alone = target.parts?.of(wanted) ?? null;
  if (alone !== null) return accept({ ...target, ...alone });
  const parts = target.parts?.names ?? [];
  const near = nearest(wanted, parts);
  return refuse({ code: 'no-such-part', target: target.ref, wanted, nearest: near, parts });
}

async function approvedVersion(target: DeployTarget, version: string): Promise<Outcome<ResolvedVersion>> {
  const artifact = await target.resolve(version);
  return artifact.ok ? accept({ artifact: artifact.value, commit: null }) : artifact;
}

async function draft(planning: Promise<Outcome<TargetPlan>>, commit: string | null): Promise<Outcome<Draft>> {
  const plan = await planning;
  return plan.ok ? accept({ plan: plan.value, commit }) : plan;
}

async function planCanary(
  target: DeployTarget,
  request: { readonly live: LiveState; readonly artifact: Artifact },
): Promise<Outcome<TargetPlan>> {
  if (target.traffic === undefined) {
    return refuse({
      code: 'no-capability',
      target: target.ref,
      wanted: 'canary',
      can: capabilitiesOf(target),
    });
  }
  return target.traffic.planCanary(request);
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
  // A whole is not proven by one of its parts, nor a part by whatever has the same digest.
  const proven = await provenDigests(
    context.database,
    { service: target.service, environment: before },
    plan.part ?? '',
  );
  if (proven.includes(artifact.digest)) return null;
  return { code: 'unproven', target, version: artifact.version, before };
}
