import { Octokit } from '@octokit/rest';
import { createEmulator } from 'emulate';
import { freePort } from '../processes.ts';
import { type Deployment, deploymentRoutes } from './deployments.ts';
import { type Front, type Route, startFront } from './front.ts';
import { type PullRequest, pullRequestRoutes } from './pull-requests.ts';
import { type Statuses, statusRoutes } from './statuses.ts';

export const TOKEN = 'ghp_slipway';
export const OWNER = 'king-jam';
export const REPO = 'king-jam-ai';
const REPOSITORY = { owner: OWNER, repo: REPO };

/** What a commit is made of. */
export interface NewCommit {
  readonly title: string;
  /** A login; its e-mail is `LOGIN@playground.example`. */
  readonly author: string;
  /** The author by default. */
  readonly committer?: { readonly name: string; readonly email: string };
  /** Without a signature that GitHub has verified. */
  readonly unsigned?: true;
  readonly files?: Readonly<Record<string, string>>;
  /** A SHA; the last commit on main by default. */
  readonly parent?: string;
}

/**
 * GitHub on this machine: the emulator's server, and in front of it a strict one that answers what it lacks
 * (deployments, commit statuses, signatures, who brought commits). The repository has one commit on main.
 */
export interface GithubServer {
  readonly url: string;
  readonly front: Front;
  readonly octokit: Octokit;
  readonly deployments: Deployment[];
  readonly statuses: Statuses;
  readonly pulls: PullRequest[];
  /** The private key of the App 7, installed as 70. */
  readonly appKey: string;
  /** Adds a commit to main, or to nowhere if it has another parent; returns its SHA. */
  commit(commit: NewCommit): Promise<string>;
  tag(name: string, sha: string): Promise<void>;
  branch(name: string, sha: string): Promise<void>;
  release(tag: string, prerelease?: boolean): Promise<void>;
  check(sha: string, name: string, conclusion: 'success' | 'failure' | 'skipped' | null): Promise<void>;
  stop(): Promise<void>;
}

export async function startGithub(more: readonly Route[] = []): Promise<GithubServer> {
  const deployments: Deployment[] = [];
  const statuses: Statuses = new Map();
  const tags: { readonly name: string; readonly commit: { readonly sha: string } }[] = [];
  const pulls: PullRequest[] = [];
  const signed = new Set<string>();
  const front: Front = await startFront([
    ...more,
    ...pullRequestRoutes(pulls, { signed, behind: () => front.behind }),
    tagRoute(tags),
    ...deploymentRoutes(deployments),
    ...statusRoutes(statuses),
  ]);
  const port = await freePort();
  // It tells the front's address as its own.
  const emulator = await createEmulator({ service: 'github', port, baseUrl: front.url, seed: seed() });
  front.behind = `http://127.0.0.1:${port}`;
  const octokit = new Octokit({ baseUrl: front.url, auth: TOKEN });
  const server: GithubServer = {
    url: front.url,
    front,
    octokit,
    deployments,
    statuses,
    pulls,
    appKey: emulator.generatedSecrets.find(({ kind }) => kind === 'github.app_private_key')?.value ?? '',
    commit: async (commit) => {
      const sha = await addCommit(octokit, commit);
      if (commit.unsigned !== true) signed.add(sha);
      return sha;
    },
    tag: async (name, sha) => {
      tags.unshift({ name, commit: { sha } });
      const tag = { tag: name, message: name, object: sha, type: 'commit' } as const;
      const { data } = await octokit.rest.git.createTag({ ...REPOSITORY, ...tag });
      await octokit.rest.git.createRef({ ...REPOSITORY, ref: `refs/tags/${name}`, sha: data.sha });
    },
    branch: async (name, sha) => {
      await octokit.rest.git.createRef({ ...REPOSITORY, ref: `refs/heads/${name}`, sha });
    },
    release: async (tag_name, prerelease = false) => {
      await octokit.rest.repos.createRelease({ ...REPOSITORY, tag_name, prerelease });
    },
    check: (head_sha, name, conclusion) => addCheck(octokit, { head_sha, name, conclusion }),
    stop: async () => {
      await front.close();
      await emulator.close();
    },
  };
  return server;
}

/** The emulator tells the SHA of an annotated tag for that of its commit. */
function tagRoute(tags: readonly object[]): Route {
  return {
    method: 'GET',
    pattern: /^\/repos\/[^/]+\/[^/]+\/tags$/,
    answer: () => ({ status: 200, body: tags }),
  };
}

function seed() {
  const people = ['ana', 'bo', 'chen', 'mallory'];
  return {
    tokens: { [TOKEN]: { login: 'ana', scopes: ['repo', 'admin:repo_hook'] } },
    github: {
      users: people.map((login) => ({ login, name: login, email: `${login}@playground.example` })),
      orgs: [{ login: OWNER, name: OWNER, members: people.map((login) => ({ login, role: 'admin' })) }],
      repos: [{ owner: OWNER, name: REPO, default_branch: 'main', auto_init: true }],
      apps: [
        {
          app_id: 7,
          slug: 'slipway',
          name: 'Slipway',
          permissions: {
            contents: 'read',
            checks: 'read',
            statuses: 'read',
            deployments: 'write',
            actions: 'write',
          },
          installations: [{ installation_id: 70, account: OWNER, repository_selection: 'all' }],
        },
      ],
    },
  };
}

async function addCommit(
  octokit: Octokit,
  { title, author, committer, files = {}, parent }: NewCommit,
): Promise<string> {
  const main = await octokit.rest.repos.getCommit({ ...REPOSITORY, ref: 'heads/main' });
  const base = parent ?? main.data.sha;
  const { data: under } = await octokit.rest.git.getCommit({ ...REPOSITORY, commit_sha: base });
  const tree = Object.entries({ [`notes/${title.length}-${Date.now()}.txt`]: title, ...files }).map(
    ([path, content]) => ({
      path,
      content,
      mode: '100644' as const,
      type: 'blob' as const,
    }),
  );
  const { data: made } = await octokit.rest.git.createTree({
    ...REPOSITORY,
    base_tree: under.tree.sha,
    tree,
  });
  const { data: commit } = await octokit.rest.git.createCommit({
    ...REPOSITORY,
    message: title,
    tree: made.sha,
    parents: [base],
    author: { name: author, email: `${author}@playground.example` },
    ...(committer === undefined ? {} : { committer }),
  });
  if (parent === undefined) {
    await octokit.rest.git.updateRef({ ...REPOSITORY, ref: 'heads/main', sha: commit.sha });
  }
  return commit.sha;
}

async function addCheck(
  octokit: Octokit,
  check: {
    readonly head_sha: string;
    readonly name: string;
    readonly conclusion: 'success' | 'failure' | 'skipped' | null;
  },
): Promise<void> {
  const { conclusion, ...named } = check;
  await octokit.rest.checks.create({
    ...REPOSITORY,
    ...named,
    ...(conclusion === null
      ? { status: 'in_progress' as const }
      : { status: 'completed' as const, conclusion }),
  });
}
