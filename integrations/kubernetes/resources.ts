/** A kind of object as the API serves it: enough to build its address, and to name it to people and in roles. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** As in addresses and RBAC rules: `deployments`. */
  readonly plural: string;
  /** As people say it: `Deployment`. */
  readonly kind: string;
}

export const DEPLOYMENTS = resource('apps', 'v1', 'deployments', 'Deployment');
export const STATEFUL_SETS = resource('apps', 'v1', 'statefulsets', 'StatefulSet');
export const DAEMON_SETS = resource('apps', 'v1', 'daemonsets', 'DaemonSet');
/** Of Argo Rollouts, whose controller walks a Deployment’s way in steps. */
export const ROLLOUTS = resource('argoproj.io', 'v1alpha1', 'rollouts', 'Rollout');
export const REPLICA_SETS = resource('apps', 'v1', 'replicasets', 'ReplicaSet');
export const CONTROLLER_REVISIONS = resource('apps', 'v1', 'controllerrevisions', 'ControllerRevision');
export const PODS = resource('', 'v1', 'pods', 'Pod');
export const SERVICES = resource('', 'v1', 'services', 'Service');
export const VIRTUAL_SERVICES = resource('networking.istio.io', 'v1', 'virtualservices', 'VirtualService');
export const DESTINATION_RULES = resource('networking.istio.io', 'v1', 'destinationrules', 'DestinationRule');
export const HTTP_ROUTES = resource('gateway.networking.k8s.io', 'v1', 'httproutes', 'HTTPRoute');
export const EVENTS = resource('', 'v1', 'events', 'Event');
export const AUTOSCALERS = resource(
  'autoscaling',
  'v2',
  'horizontalpodautoscalers',
  'HorizontalPodAutoscaler',
);
export const CRON_JOBS = resource('batch', 'v1', 'cronjobs', 'CronJob');
export const JOBS = resource('batch', 'v1', 'jobs', 'Job');
export const ACCESS_REVIEWS = resource(
  'authorization.k8s.io',
  'v1',
  'selfsubjectaccessreviews',
  'SelfSubjectAccessReview',
);
export const RULES_REVIEWS = resource(
  'authorization.k8s.io',
  'v1',
  'selfsubjectrulesreviews',
  'SelfSubjectRulesReview',
);

function resource(group: string, version: string, plural: string, kind: string): Resource {
  return { group, version, plural, kind };
}

/** Where objects live and what they are called; `namespace` null for what has none. */
export interface Place {
  readonly resource: Resource;
  readonly namespace: string | null;
  /** Null for all of them. */
  readonly name: string | null;
  /** `log`, `proxy`… */
  readonly subresource?: string;
}

/** The path of an object or a collection: `/apis/apps/v1/namespaces/shop/deployments/api`. */
export function pathOf({ resource, namespace, name, subresource }: Place): string {
  const { group, version, plural } = resource;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const parts = [
    ...(namespace === null ? [] : ['namespaces', namespace]),
    plural,
    ...(name === null ? [] : [name]),
    ...(name === null || subresource === undefined ? [] : [subresource]),
  ];
  return `${root}/${parts.map(encodeURIComponent).join('/')}`;
}

/** “the Deployment api in shop” or “the Pods in shop”. */
export function placeText({ resource, namespace, name }: Place): string {
  const where = namespace === null ? '' : ` in ${namespace}`;
  return name === null ? `the ${resource.kind}s${where}` : `the ${resource.kind} ${name}${where}`;
}
