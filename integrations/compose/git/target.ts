import type { TargetRef } from '../../../src/domain/target.ts';
import type { Check, HttpChecker } from '../../checks.ts';
import { stopFollowed, stopsRuns } from '../../detached.ts';
import type { Host } from '../../host.ts';
import { runsBy } from '../../step-action.ts';
import type { DeployTarget } from '../../target.ts';
import { resolveVersion } from '../../versions.ts';
import { type Migration, projectOf } from '../binding.ts';
import { GIT_ACTIONS } from './actions.ts';
import type { GitBinding } from './binding.ts';
import type { ComposeGitTargetConfig } from './config.ts';
import { examineGit } from './examine.ts';
import { inspectGit } from './inspect.ts';
import { planGitDeploy, planGitRollback } from './plan.ts';
import { tagsOf } from './tags.ts';

export interface ComposeGitTargetOptions {
  readonly ref: TargetRef;
  readonly config: ComposeGitTargetConfig;
  /** Closed with the target. */
  readonly host: Host;
  /** Asks from here, and from the host. */
  readonly checkers: { readonly bot: HttpChecker; readonly host: HttpChecker };
  readonly verify: readonly Check[];
  readonly watch: number;
  readonly migration: Migration | null;
  readonly now?: () => number;
}

/** A Docker Compose project in a git work tree on a host as a deploy target: tags are checked out, taken down and up. */
export function createComposeGitTarget(options: ComposeGitTargetOptions): DeployTarget {
  const { ref, config, host, verify, now = Date.now, ...rest } = options;
  const tags = tagsOf({ host, config });
  const project = projectOf(config);
  const binding: GitBinding = { ...rest, ref, config, host, tags, project, checks: verify, now };
  return {
    ref,
    identity: `compose-git://${host.identity}${config.directory}#${project}`,
    resolve: (version) => resolveVersion(ref, tags, version),
    recentVersions: (limit) => tags.versions(limit),
    inspect: () => inspectGit(binding),
    planDeploy: (request) => planGitDeploy(binding, request),
    ...runsBy(GIT_ACTIONS, ({ timeLimit }, context) => ({ binding, context, timeLimit })),
    stop: stopsRuns((handle, { signal }) => stopFollowed(host, handle, signal)),
    examine: () => examineGit(binding),
    close: () => host.close(),
    rollback: { plan: (request) => planGitRollback(binding, request) },
  };
}
