import type { Artifact } from '../../src/domain/artifact.ts';
import { nearest } from '../../src/domain/nearest.ts';
import { accept, type Outcome, refuse } from '../../src/domain/refusal.ts';
import { namedArtifact } from '../named-artifact.ts';
import { type DeployTarget, type Finding, TargetError } from '../target.ts';
import type { ActionsBinding } from './binding.ts';
import { artifactName, inspect } from './inspect.ts';
import { planDeploy, planRollback } from './plan.ts';
import { resume, start, stop, stops } from './steps.ts';

const SEARCHED = 100;
const OFFERED = 3;

/** Whatever a workflow of GitHub Actions deploys to: what is shipped is a commit, and its proof is the run. */
export function createGithubActionsTarget(
  options: Omit<ActionsBinding, 'now'> & { readonly now?: () => number },
): DeployTarget {
  const binding: ActionsBinding = { ...options, now: options.now ?? Date.now };
  const { ref, code, workflows, config } = binding;
  return {
    ref,
    identity: `github.com/${workflows.repository}/${config.workflow}#${ref.service}/${ref.environment}`,
    resolve: (version) => resolve(binding, version),
    recentVersions: (limit) => code.recentVersions(limit),
    inspect: () => inspect(binding),
    planDeploy: (request) => planDeploy(binding, request),
    start: (step, context) => start({ binding, step, context }),
    resume: (step, handle, context) => resume({ binding, step, context }, handle),
    examine: () => examine(binding),
    close: async () => undefined,
    stop: { stops, stop: (step, handle, context) => stop({ binding, step, context }, handle) },
    rollback: { plan: (request) => planRollback(binding, request) },
  };
}

async function resolve(binding: ActionsBinding, version: string): Promise<Outcome<Artifact>> {
  const { code, ref } = binding;
  const found = await code.find(version);
  if (found !== null) return accept(namedArtifact(version, artifactName(binding, found.commit)));
  const recent = await code.recentVersions(SEARCHED);
  const near = nearest(version, recent, OFFERED);
  return refuse({
    code: 'unknown-version',
    target: ref,
    version,
    nearest: near.length > 0 ? near : recent.slice(0, OFFERED),
  });
}

async function examine({ workflows, config }: ActionsBinding): Promise<readonly Finding[]> {
  const subject = `Workflow ${config.workflow} of ${workflows.repository}`;
  try {
    await workflows.runs(config.workflow);
    const may = await workflows.mayRun();
    if (may !== false) return [{ subject, ok: true, detail: 'is there', remedy: null }];
    const remedy = 'Give Slipway’s App or token the permission to write Actions there.';
    return [{ subject, ok: false, detail: 'may not be run by Slipway', remedy }];
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    const remedy = 'Check the repository, the workflow’s file and what Slipway’s App or token may see.';
    return [{ subject, ok: false, detail: error.message, remedy }];
  }
}
