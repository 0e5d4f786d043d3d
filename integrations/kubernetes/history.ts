import type { Digest } from '../../src/domain/artifact.ts';
import { isDigest } from '../../src/domain/artifact.ts';
import { askedSet } from './argo-rollouts/state.ts';
import { ANNOTATIONS, REVISION_NUMBERS, type WorkloadName } from './names.ts';
import type { ControllerRevision, Metadata, Pod, ReplicaSet, Workload } from './objects.ts';
import { runningDigest } from './proof.ts';
import {
  containerOf,
  namedDigest,
  type PodTemplate,
  plainTemplate,
  templateHash,
  withoutPassing,
} from './template.ts';

/** A template that the workload's controller has kept: a ReplicaSet, or a ControllerRevision. */
export interface KeptRevision {
  /** The object's name. */
  readonly name: string;
  /** As `kubectl rollout history` numbers it; the newest has the highest. */
  readonly number: number;
  readonly createdAt: string;
  readonly template: PodTemplate;
  readonly hash: string;
  /** The template as the object holds it. */
  readonly held: PodTemplate;
  readonly annotations: Readonly<Record<string, string>>;
  /** Its pods, without those that end. */
  readonly pods: readonly Pod[];
}

/** The revisions of a Deployment or a Rollout, newest first. */
export function fromReplicaSets(
  workload: Workload,
  sets: readonly ReplicaSet[],
  pods: readonly Pod[],
): readonly KeptRevision[] {
  const own = sets.filter(({ metadata }) => isOwnedBy(metadata, workload.metadata.uid));
  const asked = askedSet(workload);
  return newestFirst(
    own.map(({ metadata, spec }) => ({
      ...kept(metadata, withoutPassing(spec.template, metadata.annotations), numberOf(metadata)),
      ...(metadata.name === asked ? asAsked(workload) : {}),
      pods: living(pods).filter((pod) => isOwnedBy(pod.metadata, metadata.uid)),
    })),
  );
}

/** What a Rollout’s controller makes of a template differs from it; that it is of this one, it says itself. */
function asAsked({ spec }: Workload): Pick<KeptRevision, 'template' | 'hash'> {
  const template = plainTemplate(spec.template);
  return { template, hash: templateHash(template) };
}

function numberOf({ annotations }: Metadata): number {
  const key = REVISION_NUMBERS.find((one) => annotations[one] !== undefined);
  return key === undefined ? 0 : Number(annotations[key]);
}

/** The revisions of a StatefulSet or a DaemonSet, newest first. */
export function fromControllerRevisions(
  workload: Workload,
  revisions: readonly ControllerRevision[],
  pods: readonly Pod[],
): readonly KeptRevision[] {
  const own = revisions.filter(({ metadata }) => isOwnedBy(metadata, workload.metadata.uid));
  const ownPods = living(pods).filter((pod) => isOwnedBy(pod.metadata, workload.metadata.uid));
  return newestFirst(
    own.map(({ metadata, revision, data }) => ({
      ...kept(metadata, data.spec.template, revision),
      pods: ownPods.filter((pod) => isOfRevision(pod, metadata)),
    })),
  );
}

/** A StatefulSet labels its pods with the revision's name, a DaemonSet with the hash in that name. */
function isOfRevision(pod: Pod, revision: Metadata): boolean {
  const label = pod.metadata.labels['controller-revision-hash'];
  return label === revision.name || label === revision.labels['controller-revision-hash'];
}

function kept(metadata: Metadata, template: PodTemplate, number: number) {
  const { name, creationTimestamp, annotations } = metadata;
  const plain = plainTemplate(template);
  return {
    name,
    number,
    createdAt: creationTimestamp,
    template: plain,
    hash: templateHash(plain),
    held: plain,
    annotations,
  };
}

function newestFirst(revisions: readonly KeptRevision[]): readonly KeptRevision[] {
  return [...revisions].sort((a, b) => b.number - a.number);
}

function living(pods: readonly Pod[]): readonly Pod[] {
  return pods.filter((pod) => pod.metadata.deletionTimestamp === null);
}

export function isOwnedBy({ ownerReferences }: Metadata, uid: string): boolean {
  return ownerReferences.some((owner) => owner.uid === uid);
}

/** The revision that the workload is asked to run; null until its controller has made one. */
export function currentRevision(workload: Workload, revisions: readonly KeptRevision[]): KeptRevision | null {
  const hash = templateHash(workload.spec.template);
  return revisions.find((one) => one.hash === hash) ?? null;
}

/** What a revision runs: by its template where that names a digest, else by what all its pods show. */
export function revisionDigest({ template, pods }: KeptRevision, container: string): Digest | null {
  const image = containerOf(template, container)?.image ?? '';
  return namedDigest(image) ?? shownDigest(pods, container);
}

function shownDigest(pods: readonly Pod[], container: string): Digest | null {
  const shown = new Set(pods.map((pod) => runningDigest(pod, container)).filter((one) => one !== null));
  const [only = null] = shown;
  return shown.size === 1 ? only : null;
}

/**
 * What an operation of ours wrote on a revision. Controllers copy what stands on the workload to every revision
 * that they make, so it counts only for the content that it was written for.
 */
export function ownMarks(
  revision: KeptRevision,
  container: string,
): { readonly operation: string; readonly version: string } | null {
  const { [ANNOTATIONS.operation]: operation, [ANNOTATIONS.version]: version } = revision.annotations;
  const digest = revision.annotations[ANNOTATIONS.digest] ?? '';
  const named = namedDigest(containerOf(revision.template, container)?.image ?? '');
  if (operation === undefined || version === undefined || !isDigest(digest)) return null;
  return named === digest ? { operation, version } : null;
}

/** The selector of a workload in the API's own syntax. */
export function selectorText({ spec }: Workload): string {
  const { matchLabels, matchExpressions } = spec.selector;
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const others = matchExpressions.map(({ key, operator, values }) => {
    switch (operator) {
      case 'Exists':
        return key;
      case 'DoesNotExist':
        return `!${key}`;
      case 'NotIn':
        return `${key} notin (${values.join(',')})`;
      default:
        return `${key} in (${values.join(',')})`;
    }
  });
  return [...equal, ...others].join(',');
}

/** “the Deployment api in shop”. */
export function workloadText({ resource, name, namespace }: WorkloadName): string {
  return `the ${resource.kind} ${name} in ${namespace}`;
}
