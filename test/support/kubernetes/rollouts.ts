import type { Resource } from './api-server.ts';
import { type Cluster, eventually } from './cluster.ts';

const API = 'argoproj.io/v1alpha1';

/** What somebody does with `kubectl argo rollouts`: the patches are those of the plugin. */
export function argoRollouts(cluster: Cluster, name: string) {
  const where = cluster.path(API, 'rollouts', name);
  const read = () => cluster.api.get(where);
  const observed = () => eventually(async () => isObserved(await read()));
  return {
    read,
    edit: (patch: object) => cluster.api.merge(where, patch),
    async setImage(image: string): Promise<void> {
      const { template } = (await read()).spec;
      const [container] = template.spec.containers;
      const containers = [{ ...container, image }];
      await cluster.api.merge(where, { spec: { template: { spec: { containers } } } });
      await observed();
    },
    /** `promote --full`; nothing is left to promote where the template already has everything. */
    async promoteFully(): Promise<void> {
      const { currentPodHash, stableRS } = (await read()).status;
      if (currentPodHash === stableRS) return;
      await cluster.api.merge(`${where}/status`, { status: { promoteFull: true } });
    },
    /** `promote`: past the step where it stands. */
    promote: () => cluster.api.merge(`${where}/status`, { status: { pauseConditions: null } }),
    abort: () => cluster.api.merge(`${where}/status`, { status: { abort: true } }),
    settled: () => eventually(async () => isHealthy(await read())),
  };
}

function isObserved({ metadata, status }: Resource): boolean {
  return Number(status?.observedGeneration) === metadata.generation;
}

/** All of it is of its template, and nothing is left of the one before. */
export function isHealthy(rollout: Resource): boolean {
  const { spec, status } = rollout;
  return (
    isObserved(rollout) &&
    status.phase === 'Healthy' &&
    status.stableRS === status.currentPodHash &&
    status.replicas === spec.replicas
  );
}
