import { z } from 'zod';
import type { Answer, Route } from './front.ts';

const OWN = '/repos/[^/]+/[^/]+/actions';
/** A run is not in the list at once. */
const APPEARS_AFTER = 60;
/** Looks at a run until it has ended: queued, its first job, its second. */
const LOOKS = 3;
/** The same from when it is to be cancelled until it is. */
const LOOKS_CANCELLED = 4;

interface Run {
  readonly id: number;
  readonly title: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly sha: string;
  readonly visibleAt: number;
  looks: number;
  /** How often it was to be cancelled, and looks at it since. */
  cancels: number;
  looksCancelled: number;
  attempt: number;
  startedAt: number;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
}

/** GitHub Actions of one repository, which really carries out what its one workflow says: the emulator runs nothing. */
export interface ActionsServer {
  readonly routes: readonly Route[];
  readonly runs: readonly Run[];
  /** What serves in an environment, by the version that the last good run was given. */
  readonly serving: Map<string, string>;
  /** Versions whose deploy job fails. */
  readonly broken: Set<string>;
  /** The commit of a branch or tag; runs are refused for others. */
  readonly refs: Map<string, string>;
  denied: boolean;
  /** Runs go no further while this is set. */
  held: boolean;
  /** Somebody runs it on GitHub's own page; resolves when it has ended. */
  runByHand(inputs: Readonly<Record<string, string>>): void;
  /** Somebody runs a run again there: the same run, another attempt; resolves when it has ended. */
  runAgain(id: number): void;
}

export const WORKFLOW = `name: Deploy
run-name: Deploy \${{ inputs.version }} to \${{ inputs.environment }} [\${{ inputs.slipway }}]
on:
  workflow_dispatch:
    inputs:
      environment: { type: choice, options: [staging, production], required: true }
      version: { required: true }
      slipway: { required: false }
jobs: {}
`;

const dispatched = z.strictObject({
  ref: z.string().min(1),
  inputs: z.strictObject({
    environment: z.enum(['staging', 'production']),
    version: z.string().min(1),
    slipway: z.string().optional(),
  }),
});

export function actionsServer(url: () => string): ActionsServer {
  const runs: Run[] = [];
  const server: ActionsServer = {
    runs,
    serving: new Map(),
    broken: new Set(),
    refs: new Map(),
    denied: false,
    held: false,
    runByHand: (inputs) => {
      const run = begin(runs, { inputs, sha: server.refs.get('main') ?? '' });
      end(server, run);
    },
    runAgain: (id) => {
      const run = runs.find((one) => one.id === id);
      if (run === undefined) throw new Error(`there is no run ${id}`);
      run.attempt += 1;
      run.startedAt = Date.now();
      end(server, run);
    },
    routes: [
      route('POST', `${OWN}/workflows/[^/]+/dispatches`, ({ body }) => dispatch(server, runs, body)),
      route('GET', `${OWN}/workflows/[^/]+/runs`, () => {
        const visible = runs.filter(({ visibleAt }) => visibleAt <= Date.now());
        visible.forEach(advanceCancelled);
        const told = visible.toReversed().slice(0, 100);
        return {
          status: 200,
          body: { total_count: visible.length, workflow_runs: told.map((run) => shown(run, url())) },
        };
      }),
      route('GET', `${OWN}/runs/(\\d+)`, ({ params: [id] }) =>
        withRun(runs, id, (run) => {
          advance(server, run);
          return { status: 200, body: shown(run, url()) };
        }),
      ),
      route('GET', `${OWN}/runs/(\\d+)/jobs`, ({ params: [id] }) => withRun(runs, id, (run) => jobs(run))),
      route('POST', `${OWN}/runs/(\\d+)/cancel`, ({ params: [id] }) => withRun(runs, id, cancel)),
      route('GET', '/repos/([^/]+)/([^/]+)', ({ params: [owner, name] }) => ({
        status: 200,
        body: {
          full_name: `${owner}/${name}`,
          permissions: { pull: true, push: !server.denied, admin: false },
        },
      })),
    ],
  };
  return server;
}

function route(method: string, path: string, answer: Route['answer']): Route {
  return { method, pattern: new RegExp(`^${path}$`), answer };
}

function withRun(runs: readonly Run[], id: string | undefined, answer: (run: Run) => Answer): Answer {
  const run = runs.find((one) => String(one.id) === id);
  return run === undefined ? { status: 404, body: { message: 'Not Found' } } : answer(run);
}

function dispatch(server: ActionsServer, runs: Run[], body: unknown): Answer {
  if (server.denied) return { status: 403, body: { message: 'Resource not accessible by integration' } };
  const parsed = dispatched.safeParse(body);
  if (!parsed.success) return { status: 422, body: { message: z.prettifyError(parsed.error) } };
  const { ref, inputs } = parsed.data;
  const sha = server.refs.get(ref);
  if (sha === undefined) return { status: 422, body: { message: `No ref found for: ${ref}` } };
  begin(runs, { inputs, sha });
  return { status: 204 };
}

function begin(
  runs: Run[],
  { inputs, sha }: { readonly inputs: Readonly<Record<string, string | undefined>>; readonly sha: string },
): Run {
  const run: Run = {
    id: 1_000 + runs.length,
    title: `Deploy ${inputs.version} to ${inputs.environment} [${inputs.slipway ?? ''}]`,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, value ?? ''])),
    sha,
    visibleAt: Date.now() + APPEARS_AFTER,
    looks: 0,
    cancels: 0,
    looksCancelled: 0,
    attempt: 1,
    startedAt: Date.now(),
    status: 'queued',
    conclusion: null,
  };
  runs.push(run);
  return run;
}

/** What is cancelled has not ended at once: its jobs do. */
function advanceCancelled(run: Run): void {
  if (run.status === 'completed' || run.cancels === 0) return;
  run.looksCancelled += 1;
  if (run.looksCancelled < LOOKS_CANCELLED) return;
  run.status = 'completed';
  run.conclusion = 'cancelled';
}

function advance(server: ActionsServer, run: Run): void {
  advanceCancelled(run);
  if (run.status === 'completed' || run.cancels > 0 || server.held) return;
  run.looks += 1;
  run.status = 'in_progress';
  if (run.looks >= LOOKS) end(server, run);
}

function end(server: ActionsServer, run: Run): void {
  const { environment = '', version = '' } = run.inputs;
  run.status = 'completed';
  run.conclusion = server.broken.has(version) ? 'failure' : 'success';
  if (run.conclusion === 'success') server.serving.set(environment, version);
}

function cancel(run: Run): Answer {
  if (run.status === 'completed')
    return { status: 409, body: { message: 'Cannot cancel a workflow run that is completed.' } };
  run.cancels += 1;
  return { status: 202, body: {} };
}

function shown(run: Run, url: string): object {
  return {
    id: run.id,
    name: 'Deploy',
    display_title: run.title,
    event: 'workflow_dispatch',
    status: run.status,
    conclusion: run.conclusion,
    head_sha: run.sha,
    html_url: `${url}/runs/${run.id}`,
    created_at: new Date(run.visibleAt).toISOString(),
    run_started_at: new Date(run.startedAt).toISOString(),
    run_attempt: run.attempt,
  };
}

function jobs(run: Run): Answer {
  const job = (name: string, state: object) => ({ name, ...state });
  const done = { status: 'completed', conclusion: 'success', steps: [{ status: 'completed' }] };
  const waits = { status: 'queued', conclusion: null, steps: [] };
  const works = {
    status: 'in_progress',
    conclusion: null,
    steps: [{ status: 'completed' }, { status: 'in_progress' }],
  };
  const last = { ...done, conclusion: run.conclusion };
  const [test, deploy] =
    run.status === 'completed'
      ? [done, last]
      : run.looks > 1
        ? [done, works]
        : run.looks > 0
          ? [works, waits]
          : [waits, waits];
  return { status: 200, body: { total_count: 2, jobs: [job('test', test), job('deploy', deploy)] } };
}
