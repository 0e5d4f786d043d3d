import type { TargetRef } from '../../src/domain/target.ts';
import type { HttpCheck, HttpChecker } from '../checks.ts';
import { stopsRuns } from '../detached.ts';
import type { Host } from '../host.ts';
import { createHttpChecker } from '../http/checker.ts';
import { runsBy } from '../step-action.ts';
import type { DeployTarget } from '../target.ts';
import { resolveVersion } from '../versions.ts';
import { ACTIONS } from './actions.ts';
import { createPlace } from './archive/places.ts';
import type { FilesBinding } from './binding.ts';
import type { FilesTargetConfig } from './config.ts';
import { examine } from './examine.ts';
import { ignoreRules } from './ignore.ts';
import { inspect } from './inspect.ts';
import { planDeploy } from './plan.ts';
import { planRollback } from './rollback.ts';
import { stopWork } from './steps/detached.ts';
import { stepRun } from './steps/step.ts';

export interface FilesTargetOptions {
  readonly ref: TargetRef;
  readonly config: FilesTargetConfig;
  /** Closed with the target. */
  readonly host: Host;
  readonly checker: HttpChecker;
  readonly verify: readonly HttpCheck[];
  readonly watch: number;
  /** For GitHub's archives; null for none. */
  readonly token: string | null;
  readonly now?: () => number;
}

/** A directory on a host as a deploy target: compared by content, changed file by file. */
export function createFilesTarget(options: FilesTargetOptions): DeployTarget {
  const { ref, config, host, checker, verify, watch, token } = options;
  const backups = config.backups.directory ?? `${config.directory}/.slipway/backups`;
  const ignore = ignoreRules([...config.ignore, ...ownDirectories(config.directory, backups)]);
  const binding: FilesBinding = {
    ref,
    config,
    host,
    releases: createPlace({ place: config.archive, ignore, token }),
    ignore,
    backups,
    checkers: { bot: checker, host: createHttpChecker({ fetch: host.fetch }) },
    checks: verify,
    watch,
    now: options.now ?? Date.now,
  };
  return {
    ref,
    identity: `${host.identity}${config.directory}`,
    resolve: (version) => resolveVersion(ref, binding.releases, version),
    recentVersions: (limit) => binding.releases.versions(limit),
    inspect: () => inspect(binding),
    planDeploy: (request) => planDeploy(binding, request),
    ...runsBy(ACTIONS, (_step, context) => stepRun(binding, context)),
    stop: stopsRuns((handle, context) => stopWork(stepRun(binding, context), handle)),
    examine: () => examine(binding),
    close: async () => {
      await Promise.all([host.close(), binding.releases.close()]);
    },
    rollback: { plan: (request) => planRollback(binding, request) },
  };
}

/** Backups inside of the live directory are no part of what lives there. */
function ownDirectories(directory: string, backups: string): readonly string[] {
  return backups.startsWith(`${directory}/`) ? [`${backups.slice(directory.length)}/`] : [];
}
