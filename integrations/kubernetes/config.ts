import { z } from 'zod';
import { duration } from '../../src/config/duration.ts';
import { blueGreenConfig } from './blue-green/config.ts';
import { trafficConfig } from './traffic/config.ts';

/** An RFC 1123 name, as Kubernetes has it for namespaces and containers. */
const label = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and dashes, as in Kubernetes');

const WORKLOAD = /^(deployment|statefulset|daemonset|rollout)\/[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** `target:` of `kind: kubernetes`. */
export const kubernetesTargetConfig = z
  .strictObject({
    kind: z.literal('kubernetes'),
    namespace: label.describe('Namespace of the workload.'),
    workload: z
      .string()
      .regex(WORKLOAD, 'deployment/NAME, statefulset/NAME, daemonset/NAME or rollout/NAME')
      .describe('What runs the service, such as deployment/api.'),
    container: label.describe('The container whose image is deployed.'),
    kubeconfig: z
      .string()
      .min(1)
      .optional()
      .describe('Path of a kubeconfig file. Absent: the service account of the pod that Slipway runs in.'),
    context: z
      .string()
      .min(1)
      .optional()
      .describe('A context of the kubeconfig. Absent: its current context.'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Where people reach the service; checks of a path are made there.'),
    progressDeadline: duration
      .prefault('10m')
      .describe(
        'How long a rollout may stand still. Only for StatefulSets and DaemonSets: Deployments and Rollouts have their own progressDeadlineSeconds.',
      ),
    blueGreen: blueGreenConfig.optional(),
    traffic: trafficConfig.optional(),
  })
  .refine(
    ({ traffic, workload }) =>
      traffic === undefined || traffic.kind === 'argo-rollouts' || workload.startsWith('deployment/'),
    {
      path: ['workload'],
      error:
        'canaries of this kind need a Deployment: deployment/NAME, beside which NAME-canary is made; those of a Rollout are of kind argo-rollouts',
    },
  )
  .refine(({ traffic, workload }) => traffic?.kind !== 'argo-rollouts' || workload.startsWith('rollout/'), {
    path: ['workload'],
    error: 'canaries by argo-rollouts need a Rollout: rollout/NAME',
  })
  .refine(({ traffic, blueGreen }) => traffic === undefined || blueGreen === undefined, {
    path: ['traffic'],
    error: 'a target has canaries or takes turns by colours, not both',
  })
  .refine(({ blueGreen, workload }) => blueGreen === undefined || workload.startsWith('deployment/'), {
    path: ['workload'],
    error: 'blue-green needs Deployments: deployment/NAME, whose colours are NAME-blue and NAME-green',
  })
  .refine(({ context, kubeconfig }) => context === undefined || kubeconfig !== undefined, {
    path: ['context'],
    error: 'a context is one of a kubeconfig, and none is given',
  })
  .describe('A Deployment, StatefulSet, DaemonSet or Rollout on Kubernetes.');

export type KubernetesTargetConfig = z.output<typeof kubernetesTargetConfig>;
