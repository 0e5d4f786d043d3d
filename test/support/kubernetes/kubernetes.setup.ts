import type { TestProject } from 'vitest/node';
import { startControlPlane } from './control-plane.ts';
import { installedPrograms } from './programs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The administrator's kubeconfig of the cluster that serves this run; null: there is none. */
    kubeconfig: string | null;
  }
}

/**
 * One cluster for the whole run: the one that `SLIPWAY_TEST_KUBECONFIG` names, or else a control plane of our own for
 * as long as the run lasts. Without either the tests that need it are shown as skipped. `KUBECONFIG` is not looked at:
 * it may well be the cluster that somebody works with, and the tests create and delete namespaces.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.SLIPWAY_TEST_KUBECONFIG;
  if (given === undefined && installedPrograms() === null) {
    console.log(
      'No Kubernetes: neither SLIPWAY_TEST_KUBECONFIG nor `.ci/setup kubernetes`. The tests that need it do not run.',
    );
    project.provide('kubeconfig', null);
    return async () => {};
  }
  const plane = given === undefined ? await startControlPlane() : { kubeconfig: given, stop: async () => {} };
  project.provide('kubeconfig', plane.kubeconfig);
  return () => plane.stop();
}
