import { z } from 'zod';
import type { JsonObject } from '../../../src/domain/json.ts';
import { TargetError } from '../../target.ts';
import type { KubernetesBinding } from '../binding.ts';
import { placeOf } from '../names.ts';
import { type Workload, workload } from '../objects.ts';
import { readWorkload } from '../reading.ts';
import { desiredPods } from '../rollout.ts';
import { asCanary, type CanarySplit, type Standing } from './canary-split.ts';

const foundSchema = z.object({ pods: z.number() });

/** A canary has at most as many pods as the workload: half of the traffic. */
const TRIES = 8;

/**
 * By pods: a Service spreads requests over all that it selects, so that `c` pods of a canary beside `n` take c/(n+c).
 * Only the canary is scaled; how many pods the workload has is left to whoever owns that.
 */
export function replicaSplit(binding: KubernetesBinding): CanarySplit {
  const { api } = binding;
  const place = placeOf(asCanary(binding).workload);
  return {
    async find() {
      return { pods: desiredPods('deployment', await readWorkload(binding)) };
    },
    reachable: (found) => reachable(podsIn(found)),
    share: async () => null,
    async examine() {
      const pods = desiredPods('deployment', await readWorkload(binding));
      return `shares are those of the pods: beside ${pods}, ${reachable(pods).join(', ')} % can be had`;
    },
    pods: () => 0,
    async read(found, signal) {
      return standing(binding, await api.find(place, workload, signal), podsIn(found));
    },
    async set({ found, percent, allow }, signal) {
      const pods = podsIn(found);
      for (let attempt = 1; ; attempt += 1) {
        const now = await api.find(place, workload, signal);
        if (!allow(standing(binding, now, pods)) || now === null) return;
        const value = podsAt(pods, percent);
        if (value === null) throw unreachable(percent, pods);
        try {
          const version = now.metadata.resourceVersion;
          await api.patch(
            place,
            [
              { op: 'replace', path: '/metadata/resourceVersion', value: version },
              { op: 'replace', path: '/spec/replicas', value },
            ],
            workload,
            signal,
          );
          return;
        } catch (error) {
          const conflict = error instanceof TargetError && error.problem === 'conflict';
          if (!conflict || attempt === TRIES) throw error;
        }
      }
    },
  };
}

function podsIn(found: JsonObject): number {
  return foundSchema.parse(found).pods;
}

/** The percents that so many pods allow, from one pod of a canary to as many as the workload has. */
export function reachable(pods: number): readonly number[] {
  return [...new Set(Array.from({ length: pods }, (_, at) => shareOf(at + 1, pods)))];
}

export function shareOf(canary: number, pods: number): number {
  return Math.round((100 * canary) / (pods + canary));
}

/** How many pods of the canary make this percent; null for none. */
function podsAt(pods: number, percent: number): number | null {
  const counts = Array.from({ length: pods + 1 }, (_, at) => at);
  return counts.find((count) => shareOf(count, pods) === percent) ?? null;
}

function standing(binding: KubernetesBinding, canary: Workload | null, pods: number): Standing {
  const count = canary === null ? 0 : desiredPods('deployment', canary);
  const { name } = binding.workload;
  return {
    at: (percent) => count === podsAt(pods, percent),
    canaryTakes: count > 0,
    text: `${count} ${count === 1 ? 'pod' : 'pods'} of ${name}-canary beside ${pods} of ${name}, ${shareOf(count, pods)} % of the traffic`,
  };
}

function unreachable(percent: number, pods: number): TargetError {
  return new TargetError(
    'invalid',
    `${percent} % cannot be had by pods: beside ${pods} of the workload a canary takes ${reachable(pods).join(', ')} %.`,
  );
}
