import { createEmulator } from 'emulate';
import { z } from 'zod';
import { type Answer, type Front, type Route, startFront } from '../github/front.ts';
import { freePort } from '../processes.ts';

export const VERCEL_TOKEN = 'vercel_slipway';
export const PROJECT = 'king-jam-frontend';
/** A domain follows what was asked for after so many milliseconds. */
const FOLLOWS_AFTER = 40;

const created = z.object({ id: z.string(), projectId: z.string() });
const listed = z.object({ deployments: z.array(z.looseObject({ uid: z.string() })) });

/**
 * Vercel on this machine: the emulator's projects and deployments, and in front of them a strict server for what it
 * lacks: domains, promotion, rollback, and builds that fail.
 */
export interface VercelServer {
  readonly url: string;
  readonly front: Front;
  /** The deployment that each domain serves now. */
  readonly served: Map<string, string>;
  readonly changes: string[];
  denied: boolean;
  /** Has Vercel build a commit; one that is `broken` fails to build. */
  build(
    commit: string,
    more?: { readonly broken?: boolean; readonly target?: 'production' | 'preview' },
  ): Promise<string>;
  stop(): Promise<void>;
}

export async function startVercel(productionDomain: string): Promise<VercelServer> {
  const broken = new Set<string>();
  const known = new Map<string, { readonly target: string }>();
  const assign = (domain: string, deployment: string, how: string): Answer => {
    if (server.denied)
      return { status: 403, body: { error: { code: 'forbidden', message: 'Not authorized' } } };
    if (!known.has(deployment)) return missing();
    server.changes.push(`${how} ${deployment}`);
    setTimeout(() => server.served.set(domain, deployment), FOLLOWS_AFTER);
    return { status: 201, body: {} };
  };
  const production = (deployment: string, how: string): Answer => {
    if (known.get(deployment)?.target !== 'production') {
      return {
        status: 422,
        body: { error: { code: 'not_production', message: 'That is no production deployment' } },
      };
    }
    return assign(productionDomain, deployment, how);
  };
  const routes: readonly Route[] = [
    {
      method: 'GET',
      pattern: /^\/v4\/aliases\/([^/]+)$/,
      answer: ({ params: [domain = ''] }) => {
        const deploymentId = server.served.get(domain);
        return deploymentId === undefined
          ? missing()
          : { status: 200, body: { alias: domain, deploymentId } };
      },
    },
    {
      method: 'POST',
      pattern: /^\/v10\/projects\/[^/]+\/promote\/([^/]+)$/,
      answer: ({ params: [id = ''] }) => production(id, 'promote'),
    },
    {
      method: 'POST',
      pattern: /^\/v1\/projects\/[^/]+\/rollback\/([^/]+)$/,
      answer: ({ params: [id = ''] }) => production(id, 'rollback'),
    },
    {
      method: 'POST',
      pattern: /^\/v2\/deployments\/([^/]+)\/aliases$/,
      answer: ({ params: [id = ''], body }) => {
        const parsed = z.strictObject({ alias: z.string().min(1) }).safeParse(body);
        return parsed.success ? assign(parsed.data.alias, id, 'alias') : { status: 400, body: {} };
      },
    },
    {
      method: 'GET',
      pattern: /^\/v13\/deployments\/([^/]+)$/,
      answer: ({ params: [id = ''] }) => (broken.has(id) ? passOn(`/v13/deployments/${id}`, failed) : null),
    },
    {
      method: 'GET',
      pattern: /^\/v7\/deployments$/,
      answer: ({ query }) =>
        passOn(`/v7/deployments?${query}`, (body) => ({
          deployments: listed
            .parse(body)
            .deployments.map((one) =>
              broken.has(one.uid) ? { ...one, state: 'ERROR', readyState: 'ERROR' } : one,
            ),
        })),
    },
  ];
  const front = await startFront(routes);
  const port = await freePort();
  const emulator = await createEmulator({
    service: 'vercel',
    port,
    baseUrl: front.url,
    seed: {
      tokens: { [VERCEL_TOKEN]: { login: 'ana', scopes: [] } },
      vercel: {
        users: [{ username: 'ana', email: 'ana@playground.example' }],
        projects: [{ name: PROJECT }],
      },
    },
  });
  front.behind = `http://127.0.0.1:${port}`;
  const headers = { authorization: `Bearer ${VERCEL_TOKEN}`, 'content-type': 'application/json' };
  const passOn = async (path: string, change: (body: unknown) => object): Promise<Answer> => {
    const answer = await fetch(`${front.behind}${path}`, { headers });
    return { status: answer.status, body: change(await answer.json()) };
  };
  const server: VercelServer = {
    url: front.url,
    front,
    served: new Map(),
    changes: [],
    denied: false,
    build: async (sha, { broken: fails = false, target = 'production' } = {}) => {
      const gitSource = { type: 'github', org: 'king-jam', repo: 'king-jam-ai', ref: 'main', sha };
      const meta = { githubCommitSha: sha, githubCommitRef: 'main' };
      const body = JSON.stringify({ name: PROJECT, project: PROJECT, target, gitSource, meta });
      const answer = await fetch(`${front.behind}/v13/deployments`, { method: 'POST', headers, body });
      const { id } = created.parse(await answer.json());
      known.set(id, { target });
      if (fails) broken.add(id);
      // Vercel's times tell two deployments apart.
      await new Promise((resolve) => setTimeout(resolve, 5));
      return id;
    },
    stop: async () => {
      await front.close();
      await emulator.close();
    },
  };
  return server;
}

function missing(): Answer {
  return { status: 404, body: { error: { code: 'not_found', message: 'Not found' } } };
}

function failed(body: unknown): object {
  return {
    ...z.looseObject({}).parse(body),
    readyState: 'ERROR',
    errorMessage: 'Command "npm run build" exited with 1',
  };
}
