import type { DeploymentRecord } from '../code-host.ts';
import type { GithubClient, Repo } from './client.ts';

/** GitHub takes no longer descriptions. */
const LONGEST_DESCRIPTION = 140;

/** Makes GitHub show an operation as a deployment of its commit; returns the deployment's ID. */
export async function recordDeployment(
  client: GithubClient,
  where: Repo,
  { record, id }: { readonly record: DeploymentRecord; readonly id: string | null },
): Promise<string> {
  const deployment_id = id === null ? await findOrCreate(client, where, record) : Number(id);
  const { state, environmentUrl, logUrl } = record;
  await client.ask((octokit) =>
    octokit.rest.repos.createDeploymentStatus({
      ...where,
      deployment_id,
      state,
      description: record.description.slice(0, LONGEST_DESCRIPTION),
      // The one before it serves no more: it is GitHub that says so then.
      auto_inactive: true,
      ...(environmentUrl === null ? {} : { environment_url: environmentUrl }),
      ...(logUrl === null ? {} : { log_url: logUrl }),
    }),
  );
  return String(deployment_id);
}

/** The task names the operation, so that a deployment whose reply was lost is found and not made again. */
async function findOrCreate(client: GithubClient, where: Repo, record: DeploymentRecord): Promise<number> {
  const task = `slipway:${record.operationId}`;
  const { commit: ref, environment } = record;
  const { data: found } = await client.ask((octokit) =>
    octokit.rest.repos.listDeployments({ ...where, task, environment, per_page: 1 }),
  );
  const [existing] = found;
  if (existing !== undefined) return existing.id;
  const { data: created } = await client.ask((octokit) =>
    octokit.rest.repos.createDeployment({
      ...where,
      ref,
      task,
      environment,
      production_environment: record.production,
      transient_environment: false,
      auto_merge: false,
      // Which checks must be green is for Slipway's own gate to say.
      required_contexts: [],
      description: record.description.slice(0, LONGEST_DESCRIPTION),
      payload: { operation: record.operationId },
    }),
  );
  if ('id' in created) return created.id;
  throw new Error('GitHub merged instead of deploying, which it was told not to do');
}
