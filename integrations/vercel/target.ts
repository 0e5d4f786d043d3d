import type { Artifact } from '../../src/domain/artifact.ts';
import { nearest } from '../../src/domain/nearest.ts';
import { accept, type Outcome, refuse } from '../../src/domain/refusal.ts';
import { namedArtifact } from '../named-artifact.ts';
import { type DeployTarget, type Finding, TargetError } from '../target.ts';
import { artifactName, mayServe, type VercelBinding, versionNames } from './binding.ts';
import type { VercelDeployment } from './client.ts';
import { inspect } from './inspect.ts';
import { planDeploy, planRollback } from './plan.ts';
import { look } from './steps.ts';

const OFFERED = 3;
/** Of several deployments of a commit the first of these counts. */
const BEST = ['READY', 'BUILDING', 'INITIALIZING', 'QUEUED'];

/** A domain of a project on Vercel: what is deployed is a deployment that Vercel has built or is building. */
export function createVercelTarget(
  options: Omit<VercelBinding, 'now'> & { readonly now?: () => number },
): DeployTarget {
  const binding: VercelBinding = { ...options, now: options.now ?? Date.now };
  const { ref, config } = binding;
  return {
    ref,
    identity: `vercel.com/${config.team ?? 'own'}/${config.project}/${config.domain}`,
    resolve: (version) => resolve(binding, version),
    recentVersions: async (limit) => (await versions(binding)).slice(0, limit),
    inspect: () => inspect(binding),
    planDeploy: async (request) => planDeploy(binding, request),
    start: (step, context) => look({ binding, step, context }),
    resume: (step, _handle, context) => look({ binding, step, context }),
    examine: () => examine(binding),
    close: async () => undefined,
    rollback: { plan: async (request) => planRollback(binding, request) },
  };
}

async function resolve(binding: VercelBinding, version: string): Promise<Outcome<Artifact>> {
  const deployment = version.startsWith('dpl_')
    ? await binding.api.deployment(version)
    : await deploymentOf(binding, version);
  if (deployment !== null && mayServe(binding, deployment)) {
    return accept(namedArtifact(version, artifactName(binding, deployment.id)));
  }
  const built = await versions(binding);
  const near = nearest(version, built, OFFERED);
  const offered = near.length > 0 ? near : built.slice(0, OFFERED);
  return refuse({ code: 'unknown-version', target: binding.ref, version, nearest: offered });
}

/** The best deployment of the commit that a version means. */
async function deploymentOf(binding: VercelBinding, version: string): Promise<VercelDeployment | null> {
  const found = await binding.code.find(version);
  if (found === null) return null;
  const made = (await binding.api.deployments(found.commit)).filter((one) => mayServe(binding, one));
  const place = ({ state }: VercelDeployment) => (BEST.includes(state) ? BEST.indexOf(state) : BEST.length);
  return [...made].sort((a, b) => place(a) - place(b) || b.created - a.created)[0] ?? null;
}

/** What could be deployed, newest first, by the names that people know. */
async function versions(binding: VercelBinding): Promise<readonly string[]> {
  const [listed, nameOf] = await Promise.all([binding.api.deployments(), versionNames(binding)]);
  const usable = listed.filter((one) => mayServe(binding, one)).sort((a, b) => b.created - a.created);
  return [...new Set(usable.map(nameOf))];
}

async function examine({ api, config }: VercelBinding): Promise<readonly Finding[]> {
  const subject = `Vercel project ${config.project}`;
  try {
    await api.deployments();
    const served = await api.servedBy(config.domain);
    const detail =
      served === null
        ? `is there; ${config.domain} serves nothing yet`
        : `is there; ${config.domain} serves ${served}`;
    return [{ subject, ok: true, detail, remedy: null }];
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return [
      {
        subject,
        ok: false,
        detail: error.message,
        remedy: 'Check project, team and domain, and what VERCEL_TOKEN may do.',
      },
    ];
  }
}
