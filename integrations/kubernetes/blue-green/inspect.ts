import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../src/domain/json.ts';
import type { LiveState } from '../../../src/domain/live-state.ts';
import type { KubernetesBinding } from '../binding.ts';
import { inspect } from '../inspect.ts';
import { blueGreenOf, inColour, readColours } from './colours.ts';

/** What serves is the colour that the Service selects; the other one's revisions can be gone back to. */
export async function inspectColours(binding: KubernetesBinding): Promise<LiveState> {
  const { service, active, idle } = await readColours(binding);
  const [serving, other] = await Promise.all([
    inspect(inColour(binding, active)),
    inspect(inColour(binding, idle)),
  ]);
  const what = canonicalJson([service.metadata.uid, service.spec.selector, serving.fingerprint]);
  return {
    ...serving,
    revisions: [...serving.revisions, ...other.revisions],
    fingerprint: createHash('sha256').update(what).digest('hex').slice(0, 32),
    notes: [
      `${active} serves: the Service ${blueGreenOf(binding).service} selects it`,
      ...serving.notes,
      ...other.notes.map((note) => `${idle}: ${note}`),
    ],
  };
}
