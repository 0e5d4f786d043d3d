import { type Digest, isDigest, shortDigest } from '../../src/domain/artifact.ts';
import type { Pod } from './objects.ts';
import { isReady } from './trouble.ts';

/** What the pods of a workload really run. */
export type Proof =
  | { readonly proven: true; readonly pods: number }
  /** Not yet: pods come up, or do not say what they run. */
  | { readonly proven: false; readonly wrong: false; readonly why: string }
  /** A ready pod runs something else. */
  | { readonly proven: false; readonly wrong: true; readonly why: string };

/**
 * Whether every ready pod's container runs the approved content, and as many are ready as there should be.
 * `accepted` are the approved digest and, where it names an index of images for several platforms, the digests of
 * its manifests: which of them a node reports depends on its runtime.
 */
export function proofOf(of: {
  readonly pods: readonly Pod[];
  readonly container: string;
  readonly accepted: readonly Digest[];
  /** Pods that should be ready. */
  readonly desired: number;
}): Proof {
  const ready = of.pods.filter((pod) => pod.metadata.deletionTimestamp === null && isReady(pod));
  for (const pod of ready) {
    const digest = runningDigest(pod, of.container);
    if (digest === null) return notYet(`${pod.metadata.name} does not say by digest what it runs`);
    if (!of.accepted.includes(digest)) {
      const why = `${pod.metadata.name} runs ${shortDigest(digest)}`;
      return { proven: false, wrong: true, why };
    }
  }
  if (ready.length < of.desired) return notYet(`${ready.length} of ${of.desired} pods are ready`);
  return { proven: true, pods: ready.length };
}

function notYet(why: string): Proof {
  return { proven: false, wrong: false, why };
}

/**
 * What a pod's container runs, by its status; null while it does not say. A bare `sha256:…` is the ID of the
 * image's configuration, which names no manifest.
 */
export function runningDigest({ status }: Pod, container: string): Digest | null {
  const imageId = status.containerStatuses.find(({ name }) => name === container)?.imageID ?? '';
  const digest = imageId.slice(imageId.lastIndexOf('@') + 1);
  return imageId.includes('@') && isDigest(digest) ? digest : null;
}
