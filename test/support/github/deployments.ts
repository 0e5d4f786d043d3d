import { z } from 'zod';
import type { Answer, Route } from './front.ts';

/** A deployment as GitHub keeps it; the emulator has none. */
export interface Deployment {
  readonly id: number;
  readonly sha: string;
  readonly task: string;
  readonly environment: string;
  readonly production: boolean;
  readonly statuses: { readonly state: string; readonly log_url: string; readonly environment_url: string }[];
}

const created = z.strictObject({
  ref: z.string().min(1),
  task: z.string().max(128),
  environment: z.string().min(1),
  production_environment: z.boolean(),
  transient_environment: z.boolean(),
  auto_merge: z.literal(false),
  required_contexts: z.array(z.string()).length(0),
  description: z.string().max(140),
  payload: z.record(z.string(), z.unknown()),
});

const status = z.strictObject({
  state: z.enum(['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success']),
  description: z.string().max(140),
  auto_inactive: z.boolean(),
  environment_url: z.url().default(''),
  log_url: z.url().default(''),
});

/** https://docs.github.com/rest/deployments: as much of it as Slipway uses, and strict about it. */
export function deploymentRoutes(kept: Deployment[]): readonly Route[] {
  return [
    {
      method: 'GET',
      pattern: /^\/repos\/[^/]+\/[^/]+\/deployments$/,
      answer: ({ query }) => {
        const fits = (one: Deployment) =>
          (query.get('task') ?? one.task) === one.task &&
          (query.get('environment') ?? one.environment) === one.environment;
        return { status: 200, body: kept.filter(fits).toReversed() };
      },
    },
    {
      method: 'POST',
      pattern: /^\/repos\/[^/]+\/[^/]+\/deployments$/,
      answer: ({ body }) => create(kept, body),
    },
    {
      method: 'POST',
      pattern: /^\/repos\/[^/]+\/[^/]+\/deployments\/(\d+)\/statuses$/,
      answer: ({ body, params: [id] }) => addStatus(kept, Number(id), body),
    },
  ];
}

function create(kept: Deployment[], body: unknown): Answer {
  const parsed = created.safeParse(body);
  if (!parsed.success) return invalid(parsed.error);
  const { ref, task, environment, production_environment: production } = parsed.data;
  if (!/^[0-9a-f]{40}$/.test(ref)) return { status: 422, body: { message: `No ref found for: ${ref}` } };
  const deployment: Deployment = {
    id: kept.length + 1,
    sha: ref,
    task,
    environment,
    production,
    statuses: [],
  };
  kept.push(deployment);
  return { status: 201, body: deployment };
}

function addStatus(kept: readonly Deployment[], id: number, body: unknown): Answer {
  const parsed = status.safeParse(body);
  if (!parsed.success) return invalid(parsed.error);
  const deployment = kept.find((one) => one.id === id);
  if (deployment === undefined) return { status: 404, body: { message: 'Not Found' } };
  const { state, environment_url, log_url, auto_inactive } = parsed.data;
  deployment.statuses.push({ state, environment_url, log_url });
  if (state === 'success' && auto_inactive) retire(kept, deployment);
  return { status: 201, body: { id: deployment.statuses.length, state } };
}

/** What GitHub does of itself: the ones before in the same environment are not active any more. */
function retire(kept: readonly Deployment[], newest: Deployment): void {
  for (const one of kept) {
    if (one === newest || one.environment !== newest.environment) continue;
    if (one.statuses.at(-1)?.state === 'success') {
      one.statuses.push({ state: 'inactive', environment_url: '', log_url: '' });
    }
  }
}

function invalid(error: z.ZodError): Answer {
  return { status: 422, body: { message: `Validation Failed: ${z.prettifyError(error)}` } };
}
