import express, { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { type Caller, identify } from '../callers.ts';
import { findDestination } from '../conversations.ts';
import { type Payload, payloadSchema } from '../entities.ts';
import type { Fault } from '../faults.ts';
import { type Access, COVERAGE, type MethodName } from '../methods/coverage.ts';
import type { Reply } from '../methods/method.ts';
import { isMethodName, METHODS } from '../methods/registry.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import type { Workspace } from '../workspace.ts';

const BODY_LIMIT = '4mb';

/** The Web API, to be mounted at `/api`: `POST /api/<method>` with a form or JSON, as Slack takes them. */
export function apiRoutes(workspace: Workspace): Router {
  const router = Router();
  router.use(express.urlencoded({ extended: false, limit: BODY_LIMIT }), express.json({ limit: BODY_LIMIT }));
  router.all('/:method', (request, response) => answer(workspace, request, response));
  router.use(refuseMalformed);
  return router;
}

/** A body that cannot be read is answered in Slack's way: 200, and why not. */
function refuseMalformed(error: unknown, request: Request, response: Response, next: (e: unknown) => void) {
  if (!(error instanceof Error && 'type' in error)) return next(error);
  const isJson = request.get('content-type')?.includes('json') ?? false;
  response.json(refuse(isJson ? 'invalid_json' : 'invalid_form_data'));
}

interface Admitted {
  readonly method: MethodName;
  readonly access: Access;
  readonly caller: Caller;
  readonly raw: Payload;
}

async function answer(workspace: Workspace, request: Request, response: Response): Promise<void> {
  const name = String(request.params.method);
  const raw = argumentsOf(request);
  const admitted = admit(workspace, name, { raw, token: tokenOf(request, raw) });
  const byApp = isRefusal(admitted) || admitted.caller.kind !== 'user';
  if (byApp) workspace.counters.count(name);
  const fault = byApp ? workspace.faults.meet(name) : undefined;
  if (fault !== undefined && fault.kind !== 'lose') return misbehave(workspace, { name, fault, response });
  const reply = isRefusal(admitted) ? admitted : await perform(workspace, admitted);
  if (byApp && isRefusal(reply)) workspace.counters.countRefusal(name, reply.error);
  if (fault?.kind === 'lose') {
    response.destroy();
    return;
  }
  send(workspace, { name, reply, response, isBot: !isRefusal(admitted) && admitted.caller.kind === 'bot' });
}

function argumentsOf(request: Request): Payload {
  const query = payloadSchema.parse(request.query);
  const body = payloadSchema.safeParse(request.body);
  return { ...query, ...(body.success ? body.data : {}) };
}

function tokenOf(request: Request, raw: Payload): string | undefined {
  const bearer = /^Bearer (?<token>.+)$/i.exec(request.get('authorization') ?? '')?.groups?.token;
  return bearer ?? z.string().safeParse(raw.token).data;
}

/** Who may call what. */
function admit(
  workspace: Workspace,
  name: string,
  { raw, token }: { readonly raw: Payload; readonly token: string | undefined },
): Admitted | Refusal {
  if (!isMethodName(name)) return refuse('unknown_method', { req_method: name });
  const access: Access = COVERAGE[name];
  const caller = identify(workspace, token);
  if (isRefusal(caller)) return caller;
  if (!access.callers.includes(caller.kind)) return refuse('not_allowed_token_type');
  const { scopes } = workspace.seed.app;
  const scoped = access.scopes.length === 0 || access.scopes.some((scope) => scopes.includes(scope));
  if (caller.kind === 'bot' && !scoped)
    return refuse('missing_scope', { needed: access.scopes.join(','), provided: scopes.join(',') });
  return { method: name, access, caller, raw };
}

/** Takes the call off its rate, then does it. People's own clients are not limited. */
async function perform(workspace: Workspace, { method, access, caller, raw }: Admitted): Promise<Reply> {
  if (caller.kind !== 'user') {
    const place = access.tier === 'posting' ? destination(workspace, caller, raw.channel) : '';
    const wait = workspace.limits.take(access.tier, `${method} ${place}`);
    if (wait > 0) return refuse('ratelimited', { retryAfter: wait });
  }
  return METHODS[method](workspace, caller, raw);
}

/** One channel has one rate, by whatever name it is called. */
function destination(workspace: Workspace, caller: Caller, channel: unknown): string {
  const given = String(channel);
  const found = findDestination(workspace, caller, given);
  return isRefusal(found) ? given : found.id;
}

interface Answering {
  readonly name: string;
  readonly response: Response;
}

function misbehave(
  workspace: Workspace,
  { name, fault, response }: Answering & { readonly fault: Fault },
): void {
  workspace.counters.countRefusal(name, fault.kind);
  if (fault.kind === 'ratelimited') limited(response, fault.retryAfter);
  if (fault.kind === 'error') response.status(500).json(refuse('internal_error'));
}

function limited(response: Response, retryAfter: number): void {
  response.status(429).set('retry-after', String(retryAfter)).json(refuse('ratelimited'));
}

function send(
  workspace: Workspace,
  { name, reply, response, isBot }: Answering & { readonly reply: Reply; readonly isBot: boolean },
): void {
  const accepted = isMethodName(name) ? COVERAGE[name].scopes.join(',') : '';
  if (accepted !== '') response.set('x-accepted-oauth-scopes', accepted);
  if (isBot) response.set('x-oauth-scopes', workspace.seed.app.scopes.join(','));
  if (isRefusal(reply) && reply.error === 'ratelimited') limited(response, Number(reply.retryAfter));
  else response.json(reply);
}
