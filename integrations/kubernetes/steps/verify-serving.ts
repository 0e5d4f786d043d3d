import { z } from 'zod';
import { type Digest, shortDigest } from '../../../src/domain/artifact.ts';
import { storedHttpChecks } from '../../checks.ts';
import { type StepProgress, TargetError } from '../../target.ts';
import type { Pod, Workload } from '../objects.ts';
import { proofOf } from '../proof.ts';
import { readRevisions } from '../reading.ts';
import { desiredPods, rolloutState } from '../rollout.ts';
import { templateHash } from '../template.ts';
import { isReady } from '../trouble.ts';
import { changedBehindOurBack, currentWorkload } from './change-template.ts';
import { defineLook, digest, type StepRun } from './step.ts';

/** What has to serve. */
export const servingInput = z.object({
  uid: z.string(),
  hash: z.string(),
  /** Null only when going back to a revision whose content nothing tells. */
  digest: digest.nullable(),
  checks: storedHttpChecks,
});
type Input = z.output<typeof servingInput>;

const LOOK_AGAIN = 500;

/** Reads back what every ready pod runs, then checks the service where people reach it. */
export const verifyServing = defineLook(servingInput, provenServing);

/** One look: succeeded when every pod runs that content and every check passes at the service's address. */
export async function provenServing(run: StepRun, input: Input): Promise<StepProgress> {
  const found = await currentWorkload(run, input.uid);
  if (templateHash(found.spec.template) !== input.hash) throw changedBehindOurBack(run, found);
  const { state, message } = rolloutState(run.binding.workload.kind, found);
  if (state === 'failed') return { phase: 'failed', problem: 'unhealthy', message };
  if (state !== 'done') return waiting(message);
  const proof = await contentProof(run, found, input);
  return typeof proof === 'string' ? checkService(run, proof, input) : proof;
}

/** A sentence's beginning when it is proven, else where it stands. */
async function contentProof(run: StepRun, found: Workload, input: Input): Promise<string | StepProgress> {
  const { digest, hash } = input;
  const desired = desiredPods(run.binding.workload.kind, found);
  const [revisions] = await readRevisions(run.binding, found, run.context.signal);
  const asked = digest === null ? revisions.filter((one) => one.hash === hash) : revisions;
  const pods = asked.flatMap((one) => one.pods);
  return proveContent(run, pods, { digest, desired });
}

/**
 * A sentence's beginning when as many pods are ready as should be and every ready one runs that content; where
 * nothing tells the content, `pods` are those of the revision.
 */
export async function proveContent(
  run: StepRun,
  pods: readonly Pod[],
  { digest: approved, desired }: { readonly digest: Digest | null; readonly desired: number },
): Promise<string | StepProgress> {
  const { container } = run.binding.config;
  if (approved === null) {
    const ready = pods.filter((one) => one.metadata.deletionTimestamp === null && isReady(one)).length;
    return ready < desired ? waiting(`${ready} of ${desired} pods are ready`) : podsText(ready, null);
  }
  const proof = proofOf({ pods, container, accepted: [approved], desired });
  const last =
    proof.proven || !proof.wrong
      ? proof
      : proofOf({ pods, container, accepted: await platforms(run, approved), desired });
  if (last.proven) return podsText(last.pods, approved);
  if (!last.wrong) return waiting(last.why);
  const message = `${last.why}, and ${shortDigest(approved)} was approved.`;
  return { phase: 'failed', problem: 'invalid', message };
}

/** The approved digest and, where it is that of an index, those of the images for each platform in it. */
async function platforms(run: StepRun, approved: Digest): Promise<readonly Digest[]> {
  return [approved, ...(await run.binding.artifacts.manifestsOf(approved))];
}

function podsText(count: number, approved: Digest | null): string {
  const pods = count === 1 ? 'The one pod runs' : `All ${count} pods run`;
  return approved === null ? `${pods} that revision` : `${pods} ${shortDigest(approved)}`;
}

function waiting(message: string): StepProgress {
  return { phase: 'running', handle: null, message, lookAgainAfter: LOOK_AGAIN };
}

export async function checkService(
  run: StepRun,
  serving: string,
  { checks }: Pick<Input, 'checks'>,
): Promise<StepProgress> {
  if (checks.length === 0) return { phase: 'succeeded', message: `${serving}.` };
  const { signal } = run.context;
  const result = await run.binding.checker.run({ checks, baseUrl: addressOf(run, checks), signal });
  return result.ok
    ? { phase: 'succeeded', message: `${serving}; ${result.detail}` }
    : { phase: 'failed', problem: 'unhealthy', message: `${serving}, but ${result.detail}` };
}

/** Checks with whole addresses need none; the config is refused when others have none. */
function addressOf({ binding }: StepRun, checks: Input['checks']): string {
  const { url } = binding.config;
  if (url !== undefined) return url;
  const [first] = checks;
  if (first !== undefined && checks.every(({ http }) => !http.startsWith('/'))) return first.http;
  throw new TargetError('invalid', 'There is a check of a path, and the target has no `url` in the config.');
}
