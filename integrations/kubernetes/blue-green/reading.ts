import type { KubernetesBinding, Reading } from '../binding.ts';
import { readAll } from '../reading.ts';
import { templateHash } from '../template.ts';
import { COLOUR_MARKS, type Colours, inColour, readColours } from './colours.ts';
import type { Turn } from './plan-steps.ts';

/** The Service and both colours at one moment. */
export interface BothColours extends Colours {
  readonly serving: Reading;
  readonly other: Reading;
}

export async function readBoth(binding: KubernetesBinding): Promise<BothColours> {
  const colours = await readColours(binding);
  const [serving, other] = await Promise.all([
    readAll(inColour(binding, colours.active)),
    readAll(inColour(binding, colours.idle)),
  ]);
  return { ...colours, serving, other };
}

/** The way from what serves to the other colour with that template. */
export function turnTo(hash: string, { service, active, idle, serving, other }: BothColours): Turn {
  const { annotations, uid } = service.metadata;
  const keys = [COLOUR_MARKS.switchedBy, COLOUR_MARKS.previous];
  const { metadata, spec } = serving.workload;
  return {
    from: { colour: active, uid: metadata.uid, hash: templateHash(spec.template) },
    to: { colour: idle, uid: other.workload.metadata.uid, hash },
    serviceUid: uid,
    foundMarks: Object.fromEntries(keys.map((key) => [key, annotations[key] ?? null])),
  };
}

/** What keeps the idle colour ready to take over: how many pods stand. */
export function standing({ other }: BothColours): number {
  return other.workload.spec.replicas ?? 1;
}
