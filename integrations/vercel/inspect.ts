import type { LiveState } from '../../src/domain/live-state.ts';
import { namedArtifact } from '../named-artifact.ts';
import { artifactName, mayServe, type VercelBinding, versionNames } from './binding.ts';
import type { VercelDeployment } from './client.ts';

/** What the domain serves, and what else could. */
export async function inspect(binding: VercelBinding): Promise<LiveState> {
  const { api, config } = binding;
  const [served, listed, nameOf] = await Promise.all([
    api.servedBy(config.domain),
    api.deployments(),
    versionNames(binding),
  ]);
  const serving =
    listed.find(({ id }) => id === served) ?? (served === null ? null : await api.deployment(served));
  const others = listed.filter((one) => one.id !== served && mayServe(binding, one));
  const all = [...others, ...(serving === null ? [] : [serving])].sort((a, b) => b.created - a.created);
  return {
    traffic: served === null ? [] : [{ revision: served, percent: 100 }],
    revisions: all.map((one) => toRevision(binding, one, nameOf(one))),
    health: { status: 'healthy' },
    url: `https://${config.domain}`,
    fingerprint: `alias ${served ?? 'none'}`,
    notes: served === null ? [`${config.domain} serves no deployment.`] : [],
  };
}

function toRevision(
  binding: VercelBinding,
  deployment: VercelDeployment,
  version: string,
): LiveState['revisions'][number] {
  const { id, created, state } = deployment;
  return {
    name: id,
    digest: namedArtifact(version, artifactName(binding, id)).digest,
    version,
    createdAt: new Date(created).toISOString(),
    ready: state === 'READY' ? { is: true } : { is: false, reason: `Vercel says ${state}` },
  };
}
