import type { TargetRef } from '../../src/domain/target.ts';
import type { ArtifactSource } from '../artifacts.ts';
import type { HttpCheck, HttpChecker } from '../checks.ts';
import { runsBy } from '../step-action.ts';
import type { DeployTarget } from '../target.ts';
import { resolveVersion } from '../versions.ts';
import { ACTIONS } from './actions.ts';
import type { CloudRunBinding } from './binding.ts';
import { createTraffic } from './canary.ts';
import type { CloudRunApi } from './client.ts';
import type { CloudRunTargetConfig } from './config.ts';
import { examine } from './examine.ts';
import { inspect } from './inspect.ts';
import { resourceNames } from './names.ts';
import { planDeploy } from './plan.ts';
import { planRollback } from './rollback.ts';
import { stepRun } from './steps/step.ts';

export interface CloudRunTargetOptions {
  readonly ref: TargetRef;
  readonly config: CloudRunTargetConfig;
  /** Closed with the target. */
  readonly api: CloudRunApi;
  readonly artifacts: ArtifactSource;
  readonly checker: HttpChecker;
  /** The image repository of the service, without tag. */
  readonly image: string;
  readonly verify: readonly HttpCheck[];
  readonly watch: number;
  readonly migrationJob: string | null;
  readonly now?: () => number;
}

/** A Cloud Run service as a deploy target, by the Admin API v2. */
export function createCloudRunTarget(options: CloudRunTargetOptions): DeployTarget {
  const { ref, config, api, artifacts, checker, image, verify, watch, migrationJob } = options;
  const names = resourceNames(config);
  const binding: CloudRunBinding = {
    ref,
    config,
    names,
    api,
    artifacts,
    checker,
    repository: image,
    checks: verify,
    watch,
    now: options.now ?? Date.now,
    migrationJob,
  };
  return {
    ref,
    identity: `run.googleapis.com/${names.service}`,
    resolve: (version) => resolveVersion(ref, artifacts, version),
    recentVersions: (limit) => artifacts.versions(limit),
    inspect: () => inspect(binding),
    planDeploy: (request) => planDeploy(binding, request),
    ...runsBy(ACTIONS, (_step, context) => stepRun(binding, context)),
    examine: () => examine(binding),
    close: () => api.close(),
    rollback: { plan: (request) => planRollback(binding, request) },
    traffic: createTraffic(binding),
  };
}
