import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { deliverySchema } from '../entities.ts';
import type { Workspace } from '../workspace.ts';

const faultSchema = z.object({
  method: z.string(),
  kind: z.enum(['ratelimited', 'error', 'hang', 'lose']),
  retryAfter: z.int().min(0).default(1),
  calls: z.int().min(1).default(Number.MAX_SAFE_INTEGER),
  forMs: z.int().min(1).optional(),
});

const personSchema = z.object({
  id: z.string(),
  deleted: z.boolean().optional(),
  is_restricted: z.boolean().optional(),
  is_ultra_restricted: z.boolean().optional(),
});

const membersSchema = z.object({ id: z.string(), members: z.array(z.string()) });

/**
 * Levers for tests, to be mounted at `/playground/control`; the page uses none of them.
 *
 * - `GET /counters`, `DELETE /counters`: what the app asked for and was refused
 * - `POST /faults {method, kind, calls?, forMs?, retryAfter?}`, `DELETE /faults`: a method misbehaves
 * - `POST /duplicate {copies}`: every envelope is delivered that often
 * - `POST /connections {action: drop | refresh | freeze}`: what happens to the present WebSockets
 * - `POST /delivery {kind: socket} | {kind: http, url}`: how the app is reached
 * - `POST /people {id, deleted?, is_restricted?, …}`, `POST /channels {id, members}`,
 *   `POST /user-groups {id, members}`: what an administrator changes
 */
export function controlRouter(workspace: Workspace): Router {
  const router = Router();
  router.use(express.json());
  router.get('/counters', (_request, response) => void response.json(workspace.counters.read()));
  router.delete(
    '/counters',
    done(() => workspace.counters.clear()),
  );
  router.delete(
    '/faults',
    done(() => workspace.faults.clear()),
  );
  router.post(
    '/faults',
    lever(faultSchema, (fault) => addFault(workspace, fault)),
  );
  router.post(
    '/duplicate',
    lever(z.object({ copies: z.int().min(1).max(20) }), ({ copies }) => {
      workspace.app.copies = copies;
      return true;
    }),
  );
  router.post(
    '/connections',
    lever(z.object({ action: z.enum(['drop', 'refresh', 'freeze']) }), ({ action }) => {
      workspace.app.socketMode[action]();
      return true;
    }),
  );
  router.post('/delivery', async (request, response) => {
    const setting = deliverySchema.safeParse(request.body);
    if (!setting.success) return void refuseLever(response, setting.error);
    response.json(await workspace.app.use(setting.data));
  });
  router.post(
    '/people',
    lever(personSchema, (person) => changePerson(workspace, person)),
  );
  router.post(
    '/channels',
    lever(membersSchema, (channel) => changeChannel(workspace, channel)),
  );
  router.post(
    '/user-groups',
    lever(membersSchema, (group) => changeGroup(workspace, group)),
  );
  return router;
}

function done(act: () => void): RequestHandler {
  return (_request, response) => {
    act();
    response.json({ ok: true });
  };
}

/** A lever with its setting; `pull` says whether what it names is there. */
function lever<Schema extends z.ZodType>(schema: Schema, pull: (setting: z.output<Schema>) => boolean) {
  return (request: Request, response: Response) => {
    const parsed = schema.safeParse(request.body);
    if (!parsed.success) return refuseLever(response, parsed.error);
    if (pull(parsed.data)) response.json({ ok: true });
    else response.status(404).json({ ok: false, error: 'not_found' });
  };
}

function refuseLever(response: Response, error: z.ZodError): void {
  response.status(400).json({ ok: false, error: z.prettifyError(error) });
}

function addFault(workspace: Workspace, { forMs, ...fault }: z.output<typeof faultSchema>): boolean {
  const until = forMs === undefined ? Number.POSITIVE_INFINITY : workspace.clock.now() + forMs;
  workspace.faults.add({ ...fault, until });
  return true;
}

function changePerson({ store }: Workspace, change: z.output<typeof personSchema>): boolean {
  const user = store.users.get(change.id);
  if (user === undefined) return false;
  const { deleted = user.deleted, is_restricted = user.is_restricted } = change;
  const { is_ultra_restricted = user.is_ultra_restricted } = change;
  store.users.put(user.id, { ...user, deleted, is_restricted, is_ultra_restricted });
  return true;
}

function changeChannel({ store }: Workspace, { id, members }: z.output<typeof membersSchema>): boolean {
  const channel = store.channels.get(id);
  if (channel !== undefined) store.channels.put(id, { ...channel, members });
  return channel !== undefined;
}

function changeGroup({ store }: Workspace, { id, members }: z.output<typeof membersSchema>): boolean {
  const group = store.userGroups.get(id);
  if (group !== undefined) store.userGroups.put(id, { ...group, users: members });
  return group !== undefined;
}
