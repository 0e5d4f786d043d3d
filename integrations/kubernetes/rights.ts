import type { KubernetesBinding } from './binding.ts';
import {
  AUTOSCALERS,
  CONTROLLER_REVISIONS,
  CRON_JOBS,
  DEPLOYMENTS,
  DESTINATION_RULES,
  EVENTS,
  HTTP_ROUTES,
  JOBS,
  PODS,
  REPLICA_SETS,
  type Resource,
  SERVICES,
  VIRTUAL_SERVICES,
} from './resources.ts';
import type { TrafficConfig } from './traffic/config.ts';

/** One line of a role. */
export interface Right {
  readonly verb: string;
  readonly resource: Resource;
  readonly subresource?: string;
}

/** What decides which rights a target needs. */
export type RightsAsked = Pick<KubernetesBinding, 'workload' | 'migrationJob'> & {
  readonly config?: Pick<KubernetesBinding['config'], 'blueGreen' | 'traffic'>;
};

/** Everything that the steps of a target may have to do; `manifests/kubernetes` grants the same. */
export function rightsOf({ workload, migrationJob, config }: RightsAsked): readonly Right[] {
  const history =
    workload.kind === 'deployment' || workload.kind === 'rollout'
      ? all(REPLICA_SETS, ['get', 'list'])
      : all(CONTROLLER_REVISIONS, ['get', 'list']);
  return [
    ...all(workload.resource, ['get', 'list', 'watch', 'patch']),
    ...history,
    ...all(PODS, ['list']),
    { verb: 'get', resource: PODS, subresource: 'log' },
    ...(workload.kind === 'statefulset' ? all(PODS, ['delete']) : []),
    ...all(EVENTS, ['list']),
    ...all(AUTOSCALERS, ['list']),
    ...(config?.blueGreen === undefined ? [] : BLUE_GREEN),
    ...(config?.traffic === undefined ? [] : CANARIES[config.traffic.kind]),
    ...(migrationJob === null ? [] : [...all(CRON_JOBS, ['get']), ...all(JOBS, ['get', 'create'])]),
  ];
}

/** “patch deployments.apps”, “get pods/log”. */
export function rightText({ verb, resource, subresource }: Right): string {
  const plural = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  return resource.group === '' ? `${verb} ${plural}` : `${verb} ${plural}.${resource.group}`;
}

/** What a Deployment of a canary's own takes beside rolling the other one out. */
const CANARY = all(DEPLOYMENTS, ['create', 'delete']);

/** What canaries of a kind take beside the workload: setting shares, and looking whether what they lead to is there. */
const CANARIES: Readonly<Record<TrafficConfig['kind'], readonly Right[]>> = {
  replicas: CANARY,
  istio: [
    ...CANARY,
    ...all(VIRTUAL_SERVICES, ['get', 'patch']),
    ...all(DESTINATION_RULES, ['list']),
    ...all(SERVICES, ['get']),
  ],
  'gateway-api': [...CANARY, ...all(HTTP_ROUTES, ['get', 'patch']), ...all(SERVICES, ['get'])],
  'argo-rollouts': [],
};

/** What switching between two Deployments takes beside rolling one of them out. */
const BLUE_GREEN: readonly Right[] = [
  ...all(SERVICES, ['get', 'patch']),
  { verb: 'get', resource: PODS, subresource: 'proxy' },
];

function all(resource: Resource, verbs: readonly string[]): readonly Right[] {
  return verbs.map((verb) => ({ verb, resource }));
}
