import type { LiveState } from '../../src/domain/live-state.ts';
import { TargetError } from '../target.ts';
import type { KubernetesBinding, Reading } from './binding.ts';
import {
  fromControllerRevisions,
  fromReplicaSets,
  isOwnedBy,
  type KeptRevision,
  selectorText,
  workloadText,
} from './history.ts';
import { placeOf } from './names.ts';
import {
  type Autoscaler,
  autoscaler,
  controllerRevision,
  type Event,
  event,
  type Pod,
  pod,
  replicaSet,
  type Workload,
  workload,
} from './objects.ts';
import {
  AUTOSCALERS,
  CONTROLLER_REVISIONS,
  EVENTS,
  type Place,
  PODS,
  REPLICA_SETS,
  type Resource,
} from './resources.ts';
import { containerOf, noContainer } from './template.ts';

/** The workload itself, which must be there and have the container that the config names. */
export async function readWorkload(binding: KubernetesBinding, signal?: AbortSignal): Promise<Workload> {
  const { api, config } = binding;
  const found = await api.read(placeOf(binding.workload), workload, signal);
  const { template, workloadRef } = found.spec;
  if (workloadRef != null) throw borrowedTemplate(binding, workloadRef);
  if (containerOf(template, config.container) === null) throw noContainer(template, config.container);
  return found;
}

function borrowedTemplate({ workload: name }: KubernetesBinding, ref: { kind: string; name: string }) {
  return new TargetError(
    'invalid',
    `${workloadText(name)} takes its template from the ${ref.kind} ${ref.name} (workloadRef), which Slipway does not change. Give the Rollout a template of its own.`,
  );
}

export async function readAll(binding: KubernetesBinding, signal?: AbortSignal): Promise<Reading> {
  const found = await readWorkload(binding, signal);
  const [revisions, pods] = await readRevisions(binding, found, signal);
  return { workload: found, revisions, pods };
}

/**
 * What this live state of the target was made of: a plan on it is one of the same moment. Whatever changed since is
 * noticed by the steps, each of which compares before it changes anything.
 */
export function readingOf(binding: KubernetesBinding, live: LiveState): Promise<Reading> {
  const known = binding.readings.get(live);
  return known === undefined ? readAll(binding) : Promise.resolve(known);
}

/** The revisions and the pods of a workload; pods of another one that its selector takes in, as a canary’s, are not its own. */
export async function readRevisions(
  binding: KubernetesBinding,
  found: Workload,
  signal?: AbortSignal,
): Promise<readonly [readonly KeptRevision[], readonly Pod[]]> {
  const { api, workload: name } = binding;
  const selection = { labelSelector: selectorText(found) };
  const pods = api.list(placeOfAll(binding, PODS), pod, selection, signal);
  if (name.kind === 'deployment' || name.kind === 'rollout') {
    const sets = api.list(placeOfAll(binding, REPLICA_SETS), replicaSet, selection, signal);
    const [all, selected] = await Promise.all([sets, pods]);
    const own = all.filter(({ metadata }) => isOwnedBy(metadata, found.metadata.uid));
    return [fromReplicaSets(found, own, selected), ownedBy(selected, own)];
  }
  const kept = api.list(placeOfAll(binding, CONTROLLER_REVISIONS), controllerRevision, selection, signal);
  const [revisions, selected] = await Promise.all([kept, pods]);
  return [fromControllerRevisions(found, revisions, selected), ownedBy(selected, [found])];
}

function ownedBy(pods: readonly Pod[], owners: readonly Pick<Workload, 'metadata'>[]): readonly Pod[] {
  return pods.filter((one) => owners.some(({ metadata }) => isOwnedBy(one.metadata, metadata.uid)));
}

/** What the cluster warns of, about anything in the namespace. */
export function readWarnings(binding: KubernetesBinding, signal?: AbortSignal): Promise<readonly Event[]> {
  const selection = { fieldSelector: 'type=Warning' };
  return binding.api.list(placeOfAll(binding, EVENTS), event, selection, signal);
}

/** The autoscaler that owns the workload's number of replicas; null when there is none. */
export async function readAutoscaler(
  binding: KubernetesBinding,
  signal?: AbortSignal,
): Promise<Autoscaler | null> {
  const { resource, name } = binding.workload;
  const all = await binding.api.list(placeOfAll(binding, AUTOSCALERS), autoscaler, {}, signal);
  const own = all.find(
    ({ spec }) => spec.scaleTargetRef.kind === resource.kind && spec.scaleTargetRef.name === name,
  );
  return own ?? null;
}

export function placeOfAll(binding: KubernetesBinding, resource: Resource): Place {
  return { resource, namespace: binding.config.namespace, name: null };
}

/** A rollout under way that somebody has stopped can neither be begun nor proven. */
export function ensureRunning(binding: KubernetesBinding, found: Workload): void {
  if (!found.spec.paused) return;
  const resume =
    binding.workload.kind === 'rollout' ? 'kubectl argo rollouts promote' : 'kubectl rollout resume';
  throw new TargetError(
    'conflict',
    `Somebody has paused ${workloadText(binding.workload)}: nothing would be rolled out. Resume it first (${resume}).`,
  );
}
