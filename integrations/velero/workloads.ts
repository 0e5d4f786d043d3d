import { atHome, type VeleroBinding } from './binding.ts';
import { DAEMON_SETS, DEPLOYMENTS, type Resource, STATEFUL_SETS } from './cluster.ts';
import { type Pod, type Workload, workload } from './objects.ts';

export interface Found {
  readonly kind: string;
  readonly workload: Workload;
}

/** `what` is for people: “Deployment techassist-api: 2 of 3 pods ready”. */
export interface Settled {
  readonly is: 'ready' | 'waiting' | 'stuck';
  readonly what: string;
}

const KINDS: readonly Resource[] = [DEPLOYMENTS, STATEFUL_SETS, DAEMON_SETS];

/** Everything with pods of its own that has those labels. */
export async function readWorkloads(
  binding: VeleroBinding,
  labelSelector: string,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const lists = await Promise.all(
    KINDS.map(async (resource) => {
      const place = atHome(binding, resource);
      const found = await binding.cluster.list(place, workload, { labelSelector }, signal);
      return found.map((one) => ({ kind: resource.kind, workload: one }));
    }),
  );
  return lists.flat();
}

/** Whether its controller has seen it and all its pods are new and ready. */
export function settledState({ kind, workload: { metadata, spec, status } }: Found): Settled {
  const wanted = kind === DAEMON_SETS.kind ? status.desiredNumberScheduled : (spec.replicas ?? 1);
  const ready = kind === DAEMON_SETS.kind ? status.numberReady : status.readyReplicas;
  const what = `${kind} ${metadata.name}: ${ready} of ${wanted} pods ready`;
  const progress = status.conditions.find(({ type }) => type === 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded') {
    return { is: 'stuck', what: `${what}, no progress until its deadline` };
  }
  const seen = status.observedGeneration >= metadata.generation;
  const done = seen && ready >= wanted && areNew(kind, { spec, status }, wanted);
  return { is: done ? 'ready' : 'waiting', what };
}

/** Ready pods may still be those from before. A StatefulSet forgets how many it updated once all are. */
function areNew(kind: string, { spec, status }: Pick<Workload, 'spec' | 'status'>, wanted: number): boolean {
  switch (kind) {
    case DEPLOYMENTS.kind:
      return spec.paused || (status.updatedReplicas >= wanted && status.replicas <= status.updatedReplicas);
    case STATEFUL_SETS.kind:
      return status.currentRevision === status.updateRevision || status.updatedReplicas >= wanted;
    default:
      return status.updatedNumberScheduled >= wanted;
  }
}

export function isReady({ status }: Pod): boolean {
  return status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
}

/** “techassist-api-x (CrashLoopBackOff)”; null for a pod that is ready, has ended, or only begins. */
export function podTrouble(found: Pod): string | null {
  if (isReady(found) || found.status.phase === 'Succeeded') return null;
  const unscheduled = found.status.conditions.find(
    ({ type, status, reason }) => type === 'PodScheduled' && status === 'False' && reason !== '',
  );
  const waiting = found.status.containerStatuses
    .map(({ state }) => state.waiting?.reason ?? '')
    .find((reason) => !['', 'ContainerCreating', 'PodInitializing'].includes(reason));
  const reason = unscheduled?.reason ?? waiting;
  return reason === undefined ? null : `${found.metadata.name} (${reason})`;
}
