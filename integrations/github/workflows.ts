import type { WorkflowHost, WorkflowJob, WorkflowRun } from '../workflows.ts';
import type { GithubClient, Repo } from './client.ts';

const PAGE = 100;

/** What is used of a run as GitHub tells it. */
interface Told {
  readonly id: number;
  readonly display_title?: string;
  readonly name?: string | null;
  readonly status: string | null;
  readonly conclusion: string | null;
  readonly head_sha: string;
  readonly html_url: string;
  readonly created_at: string;
  readonly run_started_at?: string;
  readonly run_attempt?: number;
}

/** The workflows of one repository on GitHub. */
export function createGithubWorkflows(client: GithubClient, repository: string): WorkflowHost {
  const [owner = '', repo = ''] = repository.split('/');
  const where: Repo = { owner, repo };
  return {
    repository,
    readFile: (path, ref) => readFile(client, where, { path, ref }),
    runs: async (workflow_id) => {
      const query = { ...where, workflow_id, event: 'workflow_dispatch', per_page: PAGE };
      const { data } = await client.ask((octokit) => octokit.rest.actions.listWorkflowRuns(query));
      return data.workflow_runs.map(toRun);
    },
    run: async (id) => {
      const query = { ...where, run_id: Number(id) };
      return toRun((await client.ask((octokit) => octokit.rest.actions.getWorkflowRun(query))).data);
    },
    jobs: (id) => jobs(client, where, Number(id)),
    dispatch: async (workflow_id, { ref, inputs }) => {
      await client.ask((octokit) =>
        octokit.rest.actions.createWorkflowDispatch({ ...where, workflow_id, ref, inputs: { ...inputs } }),
      );
    },
    cancel: async (id) => {
      await client.ask((octokit) => octokit.rest.actions.cancelWorkflowRun({ ...where, run_id: Number(id) }));
    },
    mayRun: async () => {
      const { data } = await client.ask((octokit) => octokit.rest.repos.get({ ...where }));
      return data.permissions?.push ?? null;
    },
  };
}

async function readFile(
  client: GithubClient,
  where: Repo,
  file: { readonly path: string; readonly ref: string },
): Promise<string | null> {
  const found = await client.find((octokit) => octokit.rest.repos.getContent({ ...where, ...file }));
  if (found === null || Array.isArray(found.data) || !('content' in found.data)) return null;
  return Buffer.from(found.data.content, 'base64').toString('utf8');
}

async function jobs(client: GithubClient, where: Repo, run_id: number): Promise<readonly WorkflowJob[]> {
  const { data } = await client.ask((octokit) =>
    octokit.rest.actions.listJobsForWorkflowRun({ ...where, run_id, per_page: PAGE }),
  );
  return data.jobs.map(({ name, status, conclusion, steps = [] }) => ({
    name,
    status: statusOf(status),
    conclusion,
    done: steps.filter((step) => step.status === 'completed').length,
    steps: steps.length,
  }));
}

function toRun(run: Told): WorkflowRun {
  return {
    id: String(run.id),
    title: run.display_title ?? run.name ?? '',
    status: statusOf(run.status),
    conclusion: run.conclusion,
    commit: run.head_sha,
    url: run.html_url,
    createdAt: run.created_at,
    startedAt: run.run_started_at ?? run.created_at,
    attempt: run.run_attempt ?? 1,
  };
}

/** `waiting` is for somebody to approve it on GitHub; `pending` and `requested` are for a runner. */
function statusOf(status: string | null): WorkflowRun['status'] {
  if (status === 'completed') return 'completed';
  return status === 'in_progress' ? 'running' : 'queued';
}
