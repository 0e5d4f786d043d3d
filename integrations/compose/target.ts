import type { TargetRef } from '../../src/domain/target.ts';
import type { ArtifactSource } from '../artifacts.ts';
import type { Check, HttpChecker } from '../checks.ts';
import { stopFollowed, stopsRuns } from '../detached.ts';
import type { Host } from '../host.ts';
import { runsBy } from '../step-action.ts';
import type { DeployTarget } from '../target.ts';
import { resolveVersion } from '../versions.ts';
import { ACTIONS } from './actions.ts';
import {
  type ComposeBinding,
  type Migration,
  type Part,
  type PullCredentials,
  partsOf,
  projectOf,
} from './binding.ts';
import type { ComposeTargetConfig } from './config.ts';
import { examine } from './examine.ts';
import { inspect } from './inspect.ts';
import { planDeploy } from './plan.ts';
import { planRollback } from './rollback.ts';

export interface ComposeTargetOptions {
  readonly ref: TargetRef;
  readonly config: ComposeTargetConfig;
  /** Closed with the target. */
  readonly host: Host;
  readonly artifacts: (image: string) => ArtifactSource;
  readonly credentials: PullCredentials;
  /** Asks from here, and from the host. */
  readonly checkers: { readonly bot: HttpChecker; readonly host: HttpChecker };
  readonly verify: readonly Check[];
  readonly watch: number;
  readonly migration: Migration | null;
  readonly now?: () => number;
}

/** A Docker Compose project on a host as a deploy target. */
export function createComposeTarget(options: ComposeTargetOptions): DeployTarget {
  const { ref, config, host, verify, now = Date.now, ...rest } = options;
  const parts = partsOf(config);
  const binding: ComposeBinding = {
    ...rest,
    ref,
    config,
    host,
    checks: verify,
    now,
    parts,
    project: projectOf(config),
  };
  const deploys = (only: Part | null) => {
    const source = options.artifacts((only ?? parts[0])?.image ?? '');
    return {
      resolve: (version: string) => resolveVersion(ref, source, version),
      recentVersions: (limit: number) => source.versions(limit),
      planDeploy: (request: Parameters<DeployTarget['planDeploy']>[0]) =>
        planDeploy(binding, { ...request, only }),
    };
  };
  return {
    ref,
    identity: `compose://${host.identity}${config.directory}#${binding.project}`,
    ...deploys(null),
    inspect: () => inspect(binding),
    ...runsBy(ACTIONS, ({ timeLimit }, context) => ({ binding, context, timeLimit })),
    stop: stopsRuns((handle, { signal }) => stopFollowed(host, handle, signal)),
    examine: () => examine(binding),
    close: () => host.close(),
    parts: {
      names: parts.map(({ name }) => name),
      of(name) {
        const part = parts.find((one) => one.name === name);
        return part === undefined ? null : deploys(part);
      },
    },
    rollback: { plan: (request) => planRollback(binding, request) },
  };
}
