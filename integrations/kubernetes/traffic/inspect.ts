import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../src/domain/json.ts';
import type { LiveState, TrafficShare } from '../../../src/domain/live-state.ts';
import type { KubernetesBinding } from '../binding.ts';
import { type Inspection, inspectPods } from '../inspect.ts';
import { placeOf } from '../names.ts';
import { workload } from '../objects.ts';
import { sharesOf } from '../shares.ts';
import { asCanary } from './canary-split.ts';
import { splitOf, trafficOf } from './split.ts';

/** The tag that the canary's share is shown with. */
const TAG = 'canary';

/** What serves, with a canary's share as its route really splits the traffic, or its pods where nothing else does. */
export async function inspectWithCanary(binding: KubernetesBinding): Promise<LiveState> {
  const own = asCanary(binding);
  const [stable, found] = await Promise.all([
    inspectPods(binding),
    binding.api.find(placeOf(own.workload), workload),
  ]);
  if (found === null) return stable.live;
  const [canary, routed] = await Promise.all([inspectPods(own), splitOf(binding).share()]);
  const share = routed ?? { percent: shareByPods(stable, canary), note: null };
  const traffic = splitTraffic(binding, { stable: stable.live, canary: canary.live, percent: share.percent });
  const what = canonicalJson([stable.live.fingerprint, canary.live.fingerprint, share.percent]);
  return {
    ...stable.live,
    traffic,
    revisions: [...stable.live.revisions, ...canary.live.revisions],
    fingerprint: createHash('sha256').update(what).digest('hex').slice(0, 32),
    notes: [
      ...stable.live.notes,
      ...(share.note === null ? [] : [share.note]),
      ...canary.live.notes.map((note) => `${own.workload.name}: ${note}`),
    ],
  };
}

/** The canary's percent of the pods that are ready. */
function shareByPods(stable: Inspection, canary: Inspection): number {
  const total = stable.ready + canary.ready;
  return total === 0 ? 0 : Math.round((100 * canary.ready) / total);
}

function splitTraffic(
  binding: KubernetesBinding,
  of: { readonly stable: LiveState; readonly canary: LiveState; readonly percent: number },
): readonly TrafficShare[] {
  const { stable, canary, percent } = of;
  const { canaryUrl } = trafficOf(binding);
  const rest = stable.traffic.map((one) => ({
    name: one.revision,
    weight: (one.percent * (100 - percent)) / 100,
  }));
  const name = canary.traffic[0]?.revision ?? canary.revisions[0]?.name ?? asCanary(binding).workload.name;
  const shares = sharesOf([...rest, { name, weight: percent }]);
  return [
    ...shares.filter((one) => one.name !== name).map((one) => ({ revision: one.name, percent: one.percent })),
    {
      revision: name,
      percent: shares.find((one) => one.name === name)?.percent ?? 0,
      tag: TAG,
      ...(canaryUrl === undefined ? {} : { url: canaryUrl }),
    },
  ];
}
