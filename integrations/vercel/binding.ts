import type { TargetRef } from '../../src/domain/target.ts';
import type { HttpCheck, HttpChecker } from '../checks.ts';
import type { CodeHost } from '../code-host.ts';
import { TargetError } from '../target.ts';
import type { VercelApi, VercelDeployment } from './client.ts';
import type { VercelTargetConfig } from './config.ts';

/** Everything that the parts of a target share. */
export interface VercelBinding {
  readonly ref: TargetRef;
  readonly config: VercelTargetConfig;
  readonly api: VercelApi;
  readonly code: CodeHost;
  readonly checker: HttpChecker;
  readonly checks: readonly HttpCheck[];
  readonly now: () => number;
}

/** What may serve here: production domains take only what was built for production. */
export function mayServe({ config }: VercelBinding, { isProduction }: VercelDeployment): boolean {
  return config.assign === 'alias' || isProduction;
}

/** The name of a deployment, which never changes. */
export function artifactName({ config }: VercelBinding, id: string): string {
  return `vercel:${config.project}/${id}`;
}

/** Names deployments as people know them: by the tag of their commit, else by the commit, else by their ID. */
export async function versionNames({
  code,
}: VercelBinding): Promise<(deployment: VercelDeployment) => string> {
  const tags = await code.tags().catch((error: unknown) => {
    if (error instanceof TargetError) return [];
    throw error;
  });
  return ({ id, commit }) => tags.find((tag) => tag.commit === commit)?.name ?? commit?.slice(0, 7) ?? id;
}
