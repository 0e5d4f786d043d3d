import { canonicalJson, type JsonObject } from '../../../src/domain/json.ts';
import type { Workload } from '../objects.ts';

/** Steps of a Rollout (`spec.strategy.canary.steps`); null where it has none and does not say so. */
export type Steps = readonly JsonObject[] | null;

/** What a Rollout had of its own before it was led: its steps, and the ReplicaSet of its template. */
export interface OwnSteps {
  readonly steps: Steps;
  readonly set: string;
}

/** Walks to everything without a stop. */
export const EVERYTHING: readonly JsonObject[] = [{ setWeight: 100 }];

const STOP: JsonObject = { pause: {} };
/** Ready without traffic; only a traffic router tells pods and traffic apart. */
const ONE_POD: JsonObject = { setCanaryScale: { replicas: 1 } };

export function stepsOf({ spec }: Pick<Workload, 'spec'>): Steps {
  return spec.strategy?.canary?.steps ?? null;
}

export function isRouted({ spec }: Pick<Workload, 'spec'>): boolean {
  return spec.strategy?.canary?.trafficRouting != null;
}

/**
 * The steps that lead a canary from one percent to another and stop there, or to everything. Changed steps are walked
 * from the first; it holds the share until there are pods for the next, which a router would else take away.
 */
export function stepsTo(way: {
  readonly from: number;
  readonly to: number;
  readonly routed: boolean;
}): readonly JsonObject[] {
  const { from, to, routed } = way;
  if (to === 0) return [routed ? ONE_POD : { setWeight: 0 }, STOP];
  const before = from === 0 ? [] : [{ setWeight: from }];
  return to === 100 ? [...before, ...EVERYTHING] : [...before, { setWeight: to }, STOP];
}

/** The percent that steps of {@link stepsTo} lead to; null for all others. */
export function percentOf(steps: Steps): number | null {
  const stops = isSame(steps?.slice(-1) ?? null, [STOP]);
  const way = (stops ? steps?.slice(0, -1) : steps) ?? [];
  if (stops && isSame(way, [ONE_POD])) return 0;
  const weights = way.map(weightIn);
  const last = weights.at(-1) ?? null;
  if (weights.length > 2 || weights.includes(null)) return null;
  return stops || last === 100 ? last : null;
}

function weightIn(step: JsonObject): number | null {
  const { setWeight, ...others } = step;
  return typeof setWeight === 'number' && Object.keys(others).length === 0 ? setWeight : null;
}

export function isSame(one: Steps, other: Steps): boolean {
  return canonicalJson([...(one ?? [])]) === canonicalJson([...(other ?? [])]);
}
