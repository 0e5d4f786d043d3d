import { status } from '@grpc/grpc-js';
import express, { Router } from 'express';
import { z } from 'zod';
import type { DemoCloud } from './demo-cloud.ts';

const faultRequest = z.strictObject({
  method: z.string().default('*'),
  resource: z.string().default(''),
  times: z.int().min(1).default(1),
  delayMs: z.number().min(0).max(60_000).default(0),
  error: z
    .strictObject({
      code: z.string().refine((code) => code in status, 'not the name of a gRPC status'),
      message: z.string().optional(),
    })
    .optional(),
  loseReply: z.enum(['drop', 'never']).optional(),
});
const operationsRequest = z.strictObject({ hold: z.boolean() });
const permissionsRequest = z.strictObject({ deny: z.array(z.string()) });
const registryRequest = z.strictObject({
  down: z.boolean().default(false),
  delayMs: z.number().min(0).max(60_000).default(0),
  requireToken: z.boolean().default(false),
});
const tagRequest = z.strictObject({ repository: z.string(), tag: z.string(), to: z.string() });
const jobRequest = z.strictObject({ job: z.string(), fails: z.boolean() });
const visitorsRequest = z.strictObject({ perSecond: z.number().min(0).max(200) });

/** What the real API says with these statuses, for faults that bring no words of their own. */
const usualMessages: Readonly<Record<string, string>> = {
  UNAVAILABLE: 'The service is currently unavailable.',
  RESOURCE_EXHAUSTED:
    "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute per region' of service 'run.googleapis.com' for consumer 'project_number:1'.",
  PERMISSION_DENIED: 'The caller does not have permission',
};

/** What everybody may read: the state of the demo cloud for the page, and the log of its mutating calls. */
export function cloudRouter(cloud: DemoCloud): Router {
  const router = Router();
  router.get('/playground/cloud', (_request, response) => {
    response.json(cloud.snapshot());
  });
  router.get('/playground/cloud/calls', (_request, response) => {
    response.json({ calls: cloud.calls() });
  });
  return router;
}

/**
 * The levers with which tests, and the curious, make the demo cloud misbehave. All take JSON by POST:
 * `faults` (DELETE clears them), `operations`, `permissions`, `registry`, `tags`, `jobs`, `visitors`.
 */
export function cloudControlRouter(cloud: DemoCloud): Router {
  const router = Router();
  lever(router, 'faults', faultRequest, ({ error, loseReply, ...fault }) => {
    const words = error?.message ?? usualMessages[error?.code ?? ''] ?? error?.code ?? '';
    const refusal = error === undefined ? {} : { error: { code: error.code, message: words } };
    cloud.levers.addFault({ ...fault, ...refusal, ...(loseReply !== undefined && { loseReply }) });
    return true;
  });
  lever(router, 'operations', operationsRequest, ({ hold }) => {
    cloud.holdOperations(hold);
    return true;
  });
  lever(router, 'permissions', permissionsRequest, ({ deny }) => {
    cloud.levers.deniedPermissions = new Set(deny);
    return true;
  });
  lever(router, 'registry', registryRequest, (state) => {
    cloud.levers.registry = state;
    return true;
  });
  lever(router, 'visitors', visitorsRequest, ({ perSecond }) => {
    cloud.setBackgroundTraffic(perSecond);
    return true;
  });
  lever(router, 'tags', tagRequest, (move) => cloud.moveTag(move));
  lever(router, 'jobs', jobRequest, ({ job, fails }) => cloud.failJob(job, fails));
  router.delete(leverPath('faults'), (_request, response) => {
    cloud.levers.clearFaults();
    response.json({ ok: true });
  });
  router.get('/playground/control/cloud', (_request, response) => {
    response.json(leverState(cloud));
  });
  return router;
}

function leverPath(name: string): string {
  return `/playground/control/cloud/${name}`;
}

/** A lever: 200 when it moved, 400 when the request is malformed, 404 when what it names is not there. */
function lever<Schema extends z.ZodType>(
  router: Router,
  name: string,
  schema: Schema,
  pull: (request: z.infer<Schema>) => boolean,
): void {
  router.post(leverPath(name), express.json(), (request, response) => {
    const parsed = schema.safeParse(request.body);
    if (!parsed.success) response.status(400).json({ ok: false, error: z.prettifyError(parsed.error) });
    else if (pull(parsed.data)) response.json({ ok: true });
    else response.status(404).json({ ok: false, error: 'what the request names is not there' });
  });
}

function leverState(cloud: DemoCloud) {
  const { faults, registry, holdOperations, deniedPermissions } = cloud.levers;
  return { faults, registry, holdOperations, deniedPermissions: [...deniedPermissions] };
}
