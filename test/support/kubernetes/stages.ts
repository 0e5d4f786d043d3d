/**
 * How the simulated kubelets (kwok) treat pods. A pod becomes ready at once, with the digest of its image in
 * its status, unless its annotations say otherwise. The value of the first four is a part of an image's name:
 * the annotation works on pods whose image contains it, so that a pod template can say beforehand which
 * image will fail (`''` is every image).
 * @module
 */

const PREFIX = 'test.slipway';

/** Annotations of a pod template, and what each one brings about. */
export const BEHAVIOUR = {
  /** Starts, exits with 1 and waits in CrashLoopBackOff; the pod of a Job fails. */
  crashLoop: `${PREFIX}/crash-loop`,
  /** Waits in ImagePullBackOff. */
  pullFails: `${PREFIX}/pull-fails`,
  /** Runs, and its readiness probe fails. */
  neverReady: `${PREFIX}/never-ready`,
  /** Runs another image than the one asked for: `sha256:…` of this annotation. */
  runsDigest: `${PREFIX}/runs-digest`,
  /** A duration: `5s`. The container takes this long to get ready, or to fail. */
  startsIn: `${PREFIX}/starts-in`,
  /** A duration: how long the pod of a Job runs before it completes. */
  completesIn: `${PREFIX}/completes-in`,
  /** The pod's address: one on which a server of the test listens, for calls through the pod proxy. */
  podIp: `${PREFIX}/pod-ip`,
} as const;

const FAILURES = [BEHAVIOUR.crashLoop, BEHAVIOUR.pullFails, BEHAVIOUR.neverReady];

/** jq: the failure which this pod's annotations ask of this pod's images, or `ready`. */
const FATE = `. as $pod | [(${FAILURES.map((name) => JSON.stringify(name)).join(',')})
  | select($pod.metadata.annotations[.] as $part
      | $part != null and any($pod.spec.containers[]; .image | contains($part)))]
  | first // "ready"`;

const WAITING = '.status.containerStatuses[0].state.waiting.reason';

interface Stage {
  readonly name: string;
  readonly kind?: 'Node' | 'Pod';
  readonly when: readonly object[];
  readonly delay?: string;
  readonly status?: string;
  readonly event?: { readonly type: string; readonly reason: string; readonly message: string };
  readonly remove?: boolean;
}

/** The configuration of kwok: its stages, one document each. */
export function stageDocuments(): string {
  return [...nodeStages(), ...podStages()].map((stage) => JSON.stringify(document(stage))).join('\n---\n');
}

function document(stage: Stage): object {
  const { name, kind = 'Pod', when, delay, status, event, remove } = stage;
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: 'v1', kind },
      selector: { matchExpressions: when },
      ...(delay && {
        delay: { durationFrom: { expressionFrom: annotation(delay) }, durationMilliseconds: 0 },
      }),
      next: {
        ...(status && { statusTemplate: status }),
        ...(event && { event }),
        ...(remove && { delete: true }),
      },
    },
  };
}

const annotation = (name: string) => `.metadata.annotations[${JSON.stringify(name)}]`;
const isOneOf = (key: string, ...values: readonly string[]) => ({ key, operator: 'In', values });
const isNot = (key: string, ...values: readonly string[]) => ({ key, operator: 'NotIn', values });
const isThere = (key: string) => ({ key, operator: 'Exists' });
const isMissing = (key: string) => ({ key, operator: 'DoesNotExist' });
const lives = isMissing('.metadata.deletionTimestamp');

function podStages(): readonly Stage[] {
  const created = [lives, isOneOf('.status.phase', 'Pending'), isOneOf(WAITING, 'ContainerCreating')];
  const meets = (fate: string) => [...created, isOneOf(FATE, fate)];
  const finite = isOneOf('.spec.restartPolicy', 'Never', 'OnFailure');
  return [
    {
      name: 'pod-create',
      when: [lives, isMissing('.status.podIP')],
      status: `${conditions('False', 'ContainersNotReady')}${containers('state: { waiting: { reason: ContainerCreating } }')}${addresses()}\nphase: Pending`,
    },
    {
      name: 'pod-ready',
      when: meets('ready'),
      delay: BEHAVIOUR.startsIn,
      status: `${conditions('True')}${containers('state: { running: { startedAt: {{ Now | Quote }} } }', 'ready')}\nphase: Running`,
    },
    {
      name: 'pod-never-ready',
      when: meets(BEHAVIOUR.neverReady),
      delay: BEHAVIOUR.startsIn,
      status: `${conditions('False', 'ContainersNotReady')}${containers('state: { running: { startedAt: {{ Now | Quote }} } }')}\nphase: Running`,
      event: warning('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503'),
    },
    {
      name: 'pod-pull-fails',
      when: meets(BEHAVIOUR.pullFails),
      delay: BEHAVIOUR.startsIn,
      status: containers(
        'state: { waiting: { reason: ErrImagePull, message: "failed to resolve reference: not found" } }',
      ),
      event: warning('Failed', 'Failed to pull image: failed to resolve reference: not found'),
    },
    {
      name: 'pod-pull-backs-off',
      when: [lives, isOneOf(WAITING, 'ErrImagePull')],
      status: containers(
        'state: { waiting: { reason: ImagePullBackOff, message: "Back-off pulling image" } }',
      ),
      event: { type: 'Normal', reason: 'BackOff', message: 'Back-off pulling image' },
    },
    {
      name: 'pod-crashes',
      when: [...meets(BEHAVIOUR.crashLoop), isNot('.spec.restartPolicy', 'Never')],
      delay: BEHAVIOUR.startsIn,
      status: `${conditions('False', 'ContainersNotReady')}${containers(`state: { waiting: { reason: CrashLoopBackOff, message: "back-off 10s restarting failed container" } }
  lastState: { ${exited(1, 'Error')} }`)}\nphase: Running`,
      event: warning('BackOff', 'Back-off restarting failed container'),
    },
    {
      name: 'pod-fails',
      when: [...meets(BEHAVIOUR.crashLoop), isOneOf('.spec.restartPolicy', 'Never')],
      delay: BEHAVIOUR.startsIn,
      status: `${conditions('False', 'PodFailed')}${containers(`state: { ${exited(1, 'Error')} }`)}\nphase: Failed`,
    },
    {
      name: 'pod-complete',
      when: [lives, isOneOf('.status.phase', 'Running'), isOneOf(FATE, 'ready'), finite],
      delay: BEHAVIOUR.completesIn,
      status: `${conditions('False', 'PodCompleted')}${containers(`state: { ${exited(0, 'Completed')} }`)}\nphase: Succeeded`,
    },
    { name: 'pod-delete', when: [isThere('.metadata.deletionTimestamp')], remove: true },
  ];
}

const warning = (reason: string, message: string) => ({ type: 'Warning', reason, message });

const exited = (code: number, reason: string) =>
  `terminated: { exitCode: ${code}, reason: ${reason}, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }} }`;

function conditions(ready: 'True' | 'False', reason = ''): string {
  const condition = (type: string, status: string, because = '') =>
    `- { type: ${type}, status: "${status}", reason: "${because}", lastTransitionTime: {{ Now | Quote }} }`;
  return `
conditions:
${condition('Initialized', 'True')}
${condition('ContainersReady', ready, reason)}
${condition('Ready', ready, reason)}
`;
}

/** The status of every container: which image it runs, by digest, as a container runtime says it. */
function containers(state: string, ready: 'ready' | 'unready' = 'unready'): string {
  return `
containerStatuses:
{{ $told := index (or .metadata.annotations dict) "${BEHAVIOUR.runsDigest}" }}
{{ range .spec.containers }}
{{ $named := regexFind "sha256:[0-9a-f]{64}" .image }}
{{ $made := printf "sha256:%s" (sha256sum .image) }}
{{ $repository := regexReplaceAll "(:[^:/@]+)?(@sha256:.*)?$" .image "" }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ printf "%s@%s" $repository (or $told $named $made) | Quote }}
  containerID: {{ printf "containerd://%s" (sha256sum .image) | Quote }}
  ready: ${ready === 'ready'}
  started: ${ready === 'ready'}
  restartCount: ${state.includes('lastState') ? 1 : 0}
  ${state}
{{ end }}
`;
}

function addresses(): string {
  const allocated =
    'PodIPWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "") (or .metadata.name "") (or .metadata.namespace "")';
  return `
{{ $ip := or (index (or .metadata.annotations dict) "${BEHAVIOUR.podIp}") (${allocated}) }}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ $ip | Quote }}
podIPs: [{ ip: {{ $ip | Quote }} }]
startTime: {{ Now | Quote }}
`;
}

function nodeStages(): readonly Stage[] {
  return [
    {
      name: 'node-ready',
      kind: 'Node',
      when: [isNot('.status.conditions.[] | select( .type == "Ready" ) | .status', 'True')],
      status: `
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ Now | Quote }}
  lastTransitionTime: {{ Now | Quote }}
{{ end }}
addresses:
- { type: InternalIP, address: {{ NodeIP | Quote }} }
- { type: Hostname, address: {{ NodeName | Quote }} }
daemonEndpoints: { kubeletEndpoint: { Port: {{ NodePort }} } }
capacity: { cpu: "32", memory: 256Gi, pods: "5000" }
allocatable: { cpu: "32", memory: 256Gi, pods: "5000" }
phase: Running
`,
    },
  ];
}
