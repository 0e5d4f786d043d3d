import type { Finding } from '../../target.ts';
import type { KubernetesBinding } from '../binding.ts';
import { ask, askWorkload, examineWith } from '../examine.ts';
import { blueGreenOf, inColour, readColours } from './colours.ts';

/** What `slipway doctor` asks of two Deployments that take turns behind a Service. */
export function examineColours(binding: KubernetesBinding): Promise<readonly Finding[]> {
  const { service, colours } = blueGreenOf(binding);
  return examineWith(binding, [
    ask(`Service ${service}`, async () => `is there; it selects ${(await readColours(binding)).active}`),
    ...colours.map((colour) => askWorkload(inColour(binding, colour))),
  ]);
}
