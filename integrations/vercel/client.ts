import { z } from 'zod';
import { explainNoAnswer } from '../fetch-error.ts';
import { TargetError } from '../target.ts';
import type { VercelTargetConfig } from './config.ts';

const TIME_LIMIT = 10_000;
const PAGE = 100;

const meta = z.record(z.string(), z.unknown()).nullish();
const listed = z.object({
  uid: z.string(),
  created: z.number(),
  readyState: z.string().optional(),
  state: z.string().optional(),
  target: z.string().nullish(),
  meta,
});
const deploymentList = z.object({ deployments: z.array(listed) });
const found = z.object({
  id: z.string(),
  projectId: z.string(),
  createdAt: z.number(),
  readyState: z.string(),
  target: z.string().nullish(),
  errorMessage: z.string().nullish(),
  inspectorUrl: z.string().nullish(),
  meta,
});
const project = z.object({ id: z.string() });
const alias = z.object({ deploymentId: z.string().nullish() });
const refusal = z.object({ error: z.object({ message: z.string() }) });

/** One deployment: something that Vercel has built, or is building, and that never changes. */
export interface VercelDeployment {
  readonly id: string;
  readonly created: number;
  /** `READY`, `BUILDING`, `ERROR` … */
  readonly state: string;
  readonly isProduction: boolean;
  /** Null where it was not made from git. */
  readonly commit: string | null;
  /** Why it could not be built, where that is known. */
  readonly error: string | null;
}

/** As much of Vercel's REST API as a target takes, for one project. Errors are {@link TargetError}. */
export interface VercelApi {
  /** The newest deployments, or those of a commit. */
  deployments(commit?: string): Promise<readonly VercelDeployment[]>;
  /** Null where the project has none of that ID. */
  deployment(id: string): Promise<VercelDeployment | null>;
  /** The deployment that a domain serves; null where it serves none. */
  servedBy(domain: string): Promise<string | null>;
  promote(deployment: string): Promise<void>;
  /** Vercel's own instant rollback: production goes back to an earlier deployment. */
  rollBack(deployment: string): Promise<void>;
  assign(deployment: string, domain: string): Promise<void>;
}

export function connectVercel(
  { endpoint, team, project: name }: Pick<VercelTargetConfig, 'endpoint' | 'team' | 'project'>,
  token: string,
): VercelApi {
  const ask = asker({ endpoint, team, token });
  let id: Promise<string> | null = null;
  const projectId = () => {
    id ??= ask('GET', `/v9/projects/${encodeURIComponent(name)}`).then((body) => parsed(project, body).id);
    // What failed is asked again by whoever comes next.
    id.catch(() => {
      id = null;
    });
    return id;
  };
  return {
    deployments: async (commit) => {
      const query = new URLSearchParams({ projectId: await projectId(), limit: String(PAGE) });
      if (commit !== undefined) query.set('sha', commit);
      return parsed(deploymentList, await ask('GET', `/v7/deployments?${query}`)).deployments.map(
        toDeployment,
      );
    },
    deployment: async (deployment) => {
      const body = await orNull(ask('GET', `/v13/deployments/${encodeURIComponent(deployment)}`));
      if (body === null) return null;
      const one = parsed(found, body);
      if (one.projectId !== (await projectId())) return null;
      return {
        ...toDeployment({ ...one, uid: one.id, created: one.createdAt }),
        error: one.errorMessage ?? null,
      };
    },
    servedBy: async (domain) => {
      const body = await orNull(ask('GET', `/v4/aliases/${encodeURIComponent(domain)}`));
      return body === null ? null : (parsed(alias, body).deploymentId ?? null);
    },
    promote: async (deployment) => {
      await ask('POST', `/v10/projects/${await projectId()}/promote/${encodeURIComponent(deployment)}`, {});
    },
    rollBack: async (deployment) => {
      await ask('POST', `/v1/projects/${await projectId()}/rollback/${encodeURIComponent(deployment)}`, {});
    },
    assign: async (deployment, domain) => {
      await ask('POST', `/v2/deployments/${encodeURIComponent(deployment)}/aliases`, { alias: domain });
    },
  };
}

type Ask = (method: 'GET' | 'POST', path: string, body?: object) => Promise<unknown>;

function asker(to: {
  readonly endpoint: string;
  readonly team: string | undefined;
  readonly token: string;
}): Ask {
  return async (method, path, body) => {
    const url = new URL(`${to.endpoint}${path}`);
    if (to.team !== undefined) url.searchParams.set('teamId', to.team);
    const answer = await send(url, {
      method,
      headers: {
        authorization: `Bearer ${to.token}`,
        'content-type': 'application/json',
        'user-agent': 'slipway',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text: unknown = await answer.json().catch(() => null);
    if (answer.ok) return text;
    throw explained(answer, refusal.safeParse(text).data?.error.message ?? `status ${answer.status}`);
  };
}

async function send(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(TIME_LIMIT) });
  } catch (cause) {
    const { kind, what } = explainNoAnswer(cause);
    throw new TargetError(kind === 'timeout' ? 'timeout' : 'unavailable', `Vercel (${url.host}) ${what}.`, {
      cause,
    });
  }
}

function explained({ status, headers }: Response, message: string): TargetError {
  if (status === 401 || status === 403)
    return new TargetError('permission', `Vercel does not allow that: ${message}`);
  if (status === 404) return new TargetError('not-found', `Vercel has no such thing: ${message}`);
  if (status === 429) {
    const reset = Number(headers.get('x-ratelimit-reset'));
    const until =
      reset > 0 ? ` until ${new Date(reset * 1_000).toISOString().slice(11, 19)} UTC` : ' for now';
    return new TargetError('quota', `Vercel takes no more requests${until}.`);
  }
  if (status === 409) return new TargetError('conflict', `Vercel: ${message}`);
  if (status >= 500) return new TargetError('unavailable', `Vercel answered ${status}.`);
  return new TargetError('invalid', `Vercel does not accept that: ${message}`);
}

async function orNull(asking: Promise<unknown>): Promise<unknown> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof TargetError && error.problem === 'not-found') return null;
    throw error;
  }
}

function parsed<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  throw new TargetError(
    'unavailable',
    `Vercel answered something else than expected: ${z.prettifyError(read.error)}`,
  );
}

function toDeployment(told: z.output<typeof listed>): VercelDeployment {
  const sha = told.meta?.githubCommitSha;
  return {
    id: told.uid,
    created: told.created,
    state: told.readyState ?? told.state ?? 'UNKNOWN',
    isProduction: told.target === 'production',
    commit: typeof sha === 'string' ? sha : null,
    error: null,
  };
}
