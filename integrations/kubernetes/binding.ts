import type { LiveState } from '../../src/domain/live-state.ts';
import type { TargetRef } from '../../src/domain/target.ts';
import type { ArtifactSource } from '../artifacts.ts';
import type { HttpCheck, HttpChecker } from '../checks.ts';
import type { KubernetesApi } from './client.ts';
import type { KubernetesTargetConfig } from './config.ts';
import type { KeptRevision } from './history.ts';
import type { WorkloadName } from './names.ts';
import type { Pod, Workload } from './objects.ts';

/** Everything that the parts of one Kubernetes target work with. */
export interface KubernetesBinding {
  readonly ref: TargetRef;
  readonly config: KubernetesTargetConfig;
  readonly workload: WorkloadName;
  readonly api: KubernetesApi;
  readonly artifacts: ArtifactSource;
  readonly checker: HttpChecker;
  /** A checker whose requests go another way: to pods, through the API server. */
  readonly checkerThrough: (fetch: typeof globalThis.fetch) => HttpChecker;
  /** The image repository of the service, without tag. */
  readonly repository: string;
  readonly checks: readonly HttpCheck[];
  /** Milliseconds during which the checks go on after the rollout; 0 for no watch. */
  readonly watch: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** What live states were made of, so that what is planned on one of them need not be read again. */
  readonly readings: WeakMap<LiveState, Reading>;
  /** The CronJob whose Job migrates data before the rollout; null when there is none. */
  readonly migrationJob: string | null;
}

/** Everything that the cluster says about a workload at one moment. */
export interface Reading {
  readonly workload: Workload;
  /** Newest first. */
  readonly revisions: readonly KeptRevision[];
  readonly pods: readonly Pod[];
}
