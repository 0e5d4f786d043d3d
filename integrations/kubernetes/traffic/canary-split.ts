import type { JsonObject } from '../../../src/domain/json.ts';
import type { KubernetesBinding } from '../binding.ts';

/** How the traffic stands at one moment, compared with what a canary may have made of it. */
export interface Standing {
  /** Whether it is exactly what this percent for the canary makes of what was found. */
  at(percent: number): boolean;
  /** Whether the canary takes anything of it. */
  readonly canaryTakes: boolean;
  /** “90 % api and 10 % api-canary”. */
  readonly text: string;
}

/** One way to give a canary its share. `found` is what stood there when it was planned. */
export interface CanarySplit {
  /** What stands there now, to be given back; throws a TargetError where no canary can stand on it. */
  find(): Promise<JsonObject>;
  /** The percents below 100 that can be had. */
  reachable(found: JsonObject): readonly number[];
  /** The canary's percent as it is set now, and what people should know of it; null where only pods decide. */
  share(): Promise<{ readonly percent: number; readonly note: string | null } | null>;
  /** For people, that what splits the traffic is there and leads to the workload; throws a TargetError where not. */
  examine(): Promise<string>;
  /** How many pods a canary begins with, beside so many of the workload. */
  pods(stable: number): number;
  read(found: JsonObject, signal: AbortSignal): Promise<Standing>;
  /** Compare-and-set: `allow` is asked about what is there, just before it is changed; it throws, or says whether to. */
  set(
    change: {
      readonly found: JsonObject;
      readonly percent: number;
      readonly allow: (now: Standing) => boolean;
    },
    signal: AbortSignal,
  ): Promise<void>;
}

/** The target as if it were its canary, the Deployment NAME-canary. */
export function asCanary(binding: KubernetesBinding): KubernetesBinding {
  const { workload } = binding;
  return { ...binding, workload: { ...workload, name: `${workload.name}-canary` } };
}

/** “90 % api and 10 % api-canary”. */
export function splitText({ workload }: KubernetesBinding, percent: number): string {
  const stable = `${100 - percent} % ${workload.name}`;
  return percent === 0 ? stable : `${stable} and ${percent} % ${workload.name}-canary`;
}
