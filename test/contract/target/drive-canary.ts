import type { DeployTarget, StepContext, TrafficCapability } from '../../../integrations/target.ts';
import type { PlannedStep, TargetPlan } from '../../../src/domain/plan.ts';
import { contextOf, granted, resolved, runSteps } from './drive.ts';
import type { TargetWorld } from './world.ts';

/** A canary of the good version on a target. */
export interface Canary {
  readonly target: DeployTarget;
  readonly traffic: TrafficCapability;
  readonly plan: TargetPlan;
  readonly context: StepContext;
}

/** How a canary may end. */
export type Ending = 'promoted' | 'aborted';

export function trafficOf(target: DeployTarget): TrafficCapability {
  if (target.traffic !== undefined) return target.traffic;
  throw new Error('the target cannot split traffic');
}

export async function plannedCanary(
  world: TargetWorld,
  options: { readonly version?: string; readonly operationId?: string } = {},
): Promise<Canary> {
  return plannedOn(world.connect(), { version: world.versions.good, ...options });
}

/** A canary of that version on a target. */
export async function plannedOn(
  target: DeployTarget,
  options: { readonly version: string; readonly operationId?: string },
): Promise<Canary> {
  const traffic = trafficOf(target);
  const { version } = options;
  const [artifact, live] = await Promise.all([resolved(target, version), target.inspect()]);
  const plan = granted(await traffic.planCanary({ live, artifact }));
  return { target, traffic, plan, context: contextOf(options.operationId ?? 'op_canary') };
}

/** A canary that has this percent, by way of the weights below it. */
export async function canaryAt(
  world: TargetWorld,
  percent: number,
  options: { readonly version?: string; readonly operationId?: string } = {},
): Promise<Canary> {
  const canary = await plannedCanary(world, options);
  await succeed(canary, [...canary.plan.steps, ...stepsTo(canary, percent)]);
  return canary;
}

/** Three weights that the plan can have: little, about half, most. */
export function weightsOf({ traffic, plan }: Canary): readonly number[] {
  const reachable = traffic.reachable(plan);
  const places = [0.1, 0.5, 0.9].map((part) => reachable[Math.floor(part * (reachable.length - 1))]);
  return [...new Set(places)].filter((percent) => percent !== undefined);
}

/** The weight steps up to a percent; all but the last of the promote steps lead to 100. */
export function stepsTo(canary: Canary, percent: number): readonly PlannedStep[] {
  const { traffic, plan } = canary;
  const below = weightsOf(canary).filter((weight) => weight < percent);
  const ways = climb(percent === 100 || percent === 0 ? below : [...below, percent]);
  const steps = ways.map(({ from, to }) => traffic.weightStep({ plan, from, to }));
  if (percent !== 100) return steps;
  return [...steps, ...traffic.promoteSteps(plan, ways.at(-1)?.to ?? 0).slice(0, -1)];
}

/** From nothing to each of the weights in turn. */
export function climb(weights: readonly number[]): readonly { from: number; to: number }[] {
  return weights.map((to, at) => ({ from: weights[at - 1] ?? 0, to }));
}

export async function succeed(canary: Canary, steps: readonly PlannedStep[]): Promise<void> {
  const { end } = await runSteps(canary.target, steps, canary.context);
  if (!end.ok) throw new Error(end.message);
}

/** Everything that a canary does until it is promoted, or aborted. */
export function wholeLife(canary: Canary, ending: Ending): readonly PlannedStep[] {
  const last = weightsOf(canary).at(-1) ?? 0;
  return [...canary.plan.steps, ...stepsTo(canary, last), ...endingSteps(canary, ending)];
}

/** The steps that end a canary at the largest of its weights. */
export function endingSteps(canary: Canary, ending: Ending): readonly PlannedStep[] {
  const { traffic, plan } = canary;
  const last = weightsOf(canary).at(-1) ?? 0;
  return ending === 'promoted' ? traffic.promoteSteps(plan, last) : traffic.abortSteps(plan, [last]);
}
