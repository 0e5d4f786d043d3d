import type { Workload } from '../objects.ts';
import { isRouted } from './own-steps.ts';

/** The weights that a Rollout’s traffic router has, by ReplicaSet; null where there is no router. */
export function routedShares({ metadata, status }: Workload): readonly NamedWeight[] | null {
  const { canary, stable } = status.canary?.weights ?? {};
  if (canary === undefined || stable === undefined) return null;
  const sides = [stable, ...(canary.podTemplateHash === stable.podTemplateHash ? [] : [canary])];
  return sides.map(({ weight, podTemplateHash }) => ({
    name: `${metadata.name}-${podTemplateHash}`,
    weight,
  }));
}

interface NamedWeight {
  readonly name: string;
  readonly weight: number;
}

/** What decides which shares a canary can have. */
export interface Room {
  /** A traffic router gives any percent. */
  readonly routed: boolean;
  readonly pods: number;
  /** Pods that may be there beside those. */
  readonly surge: number;
}

const DEFAULT_SURGE = '25%';

export function roomOf(workload: Workload): Room {
  const { replicas, strategy } = workload.spec;
  const pods = replicas ?? 1;
  return {
    routed: isRouted(workload),
    pods,
    surge: surgeOf(strategy?.canary?.maxSurge ?? DEFAULT_SURGE, pods),
  };
}

function surgeOf(value: number | string, pods: number): number {
  if (typeof value === 'number') return value;
  return value.endsWith('%') ? Math.ceil((Number.parseInt(value, 10) * pods) / 100) : Number(value);
}

/** The percents below 100 that a canary can have, ascending. */
export function reachable(room: Room): readonly number[] {
  const percents = Array.from({ length: 99 }, (_, at) => at + 1);
  return room.routed ? percents : percents.filter((percent) => isExact(room, percent));
}

function isExact(room: Room, percent: number): boolean {
  const { canary, total } = podsAt(room, percent);
  return canary > 0 && canary < total && Math.round((100 * canary) / total) === percent;
}

/**
 * How many pods a Rollout without a router gives a canary at `setWeight` (Argo Rollouts,
 * `approximateWeightedCanaryStableReplicaCounts`): the nearest share, with one more pod in all where it may surge.
 */
export function podsAt(
  { pods, surge }: Room,
  percent: number,
): { readonly canary: number; readonly total: number } {
  const exact = (pods * percent) / 100;
  const [ceil, floor] = [Math.ceil(exact), Math.floor(exact)];
  const none = percent === 0 || percent === 100 || (pods === 1 && surge === 0);
  const options = [
    ...(ceil < pods || none ? [{ canary: ceil, total: pods }] : []),
    ...(!isTied(pods, percent) && (floor !== 0 || none) ? [{ canary: floor, total: pods }] : []),
    ...(surge > 0 ? [{ canary: ceil, total: pods + 1 }] : []),
    ...(surge > 0 && !isTied(pods + 1, percent) && (floor !== 0 || none)
      ? [{ canary: floor, total: pods + 1 }]
      : []),
  ];
  const distance = (one: { canary: number; total: number }) =>
    Math.abs((100 * one.canary) / one.total - percent);
  const [first = { canary: 0, total: pods }, ...others] = options;
  return others.reduce((best, one) => (distance(one) < distance(best) ? one : best), first);
}

function isTied(total: number, percent: number): boolean {
  return ((total * percent) / 100) % 1 === 0.5;
}
