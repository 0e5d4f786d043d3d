import { createHash } from 'node:crypto';
import { DAEMON_SETS, DEPLOYMENTS, type Place, type Resource, ROLLOUTS, STATEFUL_SETS } from './resources.ts';

export const WORKLOAD_KINDS = ['deployment', 'statefulset', 'daemonset', 'rollout'] as const;
export type WorkloadKind = (typeof WORKLOAD_KINDS)[number];

const RESOURCES: Readonly<Record<WorkloadKind, Resource>> = {
  deployment: DEPLOYMENTS,
  statefulset: STATEFUL_SETS,
  daemonset: DAEMON_SETS,
  rollout: ROLLOUTS,
};

/** A workload by its kind and name, as `kubectl` writes it: `deployment/api`. */
export interface WorkloadName {
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly namespace: string;
  readonly resource: Resource;
}

export function workloadName(text: string, namespace: string): WorkloadName {
  const [kind, name = ''] = text.split('/');
  const known = WORKLOAD_KINDS.find((one) => one === kind);
  if (known === undefined) throw new Error(`${text} is no workload`);
  return { kind: known, name, namespace, resource: RESOURCES[known] };
}

export function placeOf({ resource, namespace, name }: WorkloadName): Place {
  return { resource, namespace, name };
}

/** What Slipway writes on workloads, and controllers copy to the revisions that they keep. */
export const ANNOTATIONS = {
  operation: 'slipway/operation',
  version: 'slipway/version',
  digest: 'slipway/digest',
  requestedBy: 'slipway/requested-by',
  changeCause: 'kubernetes.io/change-cause',
} as const;

/** Where the controllers of Deployments and of Rollouts keep the number that their history shows. */
export const REVISION_NUMBERS = [
  'deployment.kubernetes.io/revision',
  'rollout.argoproj.io/revision',
] as const;

/** The Job that an operation makes: the same at every attempt, so that it is never started twice. */
export function jobName(cronJob: string, operationId: string): string {
  const fingerprint = createHash('sha256').update(operationId).digest('hex').slice(0, 10);
  return `${cronJob.slice(0, 50)}-sw${fingerprint}`;
}
