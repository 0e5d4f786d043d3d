import type { TargetRef } from '../../src/domain/target.ts';
import type { ArtifactSource } from '../artifacts.ts';
import type { HttpCheck, HttpChecker } from '../checks.ts';
import { runsBy } from '../step-action.ts';
import type { DeployTarget } from '../target.ts';
import { resolveVersion } from '../versions.ts';
import { ACTIONS } from './actions.ts';
import { createRolloutTraffic } from './argo-rollouts/canary.ts';
import type { KubernetesBinding } from './binding.ts';
import { examineColours } from './blue-green/examine.ts';
import { inspectColours } from './blue-green/inspect.ts';
import { planBlueGreenDeploy } from './blue-green/plan.ts';
import { planBlueGreenRollback } from './blue-green/rollback.ts';
import type { KubernetesApi } from './client.ts';
import type { KubernetesTargetConfig } from './config.ts';
import { examine } from './examine.ts';
import { inspect } from './inspect.ts';
import { workloadName } from './names.ts';
import { planDeploy } from './plan.ts';
import { planRollback } from './rollback.ts';
import { createTraffic } from './traffic/canary.ts';
import { examineTraffic } from './traffic/examine.ts';
import { inspectWithCanary } from './traffic/inspect.ts';

export interface KubernetesTargetOptions {
  readonly ref: TargetRef;
  readonly config: KubernetesTargetConfig;
  /** Closed with the target. */
  readonly api: KubernetesApi;
  readonly artifacts: ArtifactSource;
  readonly checker: HttpChecker;
  readonly checkerThrough: KubernetesBinding['checkerThrough'];
  /** The image repository of the service, without tag. */
  readonly image: string;
  readonly verify: readonly HttpCheck[];
  readonly watch: number;
  readonly migrationJob: string | null;
  readonly now?: () => number;
}

/** A Deployment, StatefulSet, DaemonSet or Rollout as a deploy target. */
export function createKubernetesTarget(options: KubernetesTargetOptions): DeployTarget {
  const { ref, config, api, artifacts, checker, checkerThrough, image, verify, watch, migrationJob } =
    options;
  const binding: KubernetesBinding = {
    ref,
    config,
    workload: workloadName(config.workload, config.namespace),
    api,
    artifacts,
    checker,
    checkerThrough,
    repository: image,
    checks: verify,
    watch,
    now: options.now ?? Date.now,
    readings: new WeakMap(),
    migrationJob,
  };
  const rolling: DeployTarget = {
    ref,
    identity: identityOf(config),
    resolve: (version) => resolveVersion(ref, artifacts, version),
    recentVersions: (limit) => artifacts.versions(limit),
    inspect: () => inspect(binding),
    planDeploy: (request) => planDeploy(binding, request),
    ...runsBy(ACTIONS, (_step, context) => ({ binding, context })),
    examine: () => examine(binding),
    close: () => api.close(),
    rollback: { plan: (request) => planRollback(binding, request) },
    ...(config.traffic === undefined ? {} : withCanaries(binding)),
  };
  return config.blueGreen === undefined ? rolling : { ...rolling, ...byColours(binding) };
}

/** What is different where a canary can stand beside the workload, or in it. */
function withCanaries(binding: KubernetesBinding): Partial<DeployTarget> {
  if (binding.config.traffic?.kind === 'argo-rollouts') return { traffic: createRolloutTraffic(binding) };
  return {
    inspect: () => inspectWithCanary(binding),
    examine: () => examineTraffic(binding),
    traffic: createTraffic(binding),
  };
}

/** What is different where two Deployments take turns. */
function byColours(binding: KubernetesBinding) {
  return {
    inspect: () => inspectColours(binding),
    planDeploy: (request) => planBlueGreenDeploy(binding, request),
    examine: () => examineColours(binding),
    rollback: { plan: (request) => planBlueGreenRollback(binding, request) },
  } satisfies Partial<DeployTarget>;
}

/** By the words of the config; steps carry the workload's uid, which no other cluster has. */
function identityOf({ kubeconfig, context, namespace, workload }: KubernetesTargetConfig): string {
  const cluster = kubeconfig === undefined ? 'this-cluster' : `${kubeconfig}#${context ?? 'current-context'}`;
  return `kubernetes/${cluster}/${namespace}/${workload}`;
}
