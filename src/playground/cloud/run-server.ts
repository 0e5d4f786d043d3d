import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { type handleUnaryCall, type Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import {
  type AnyDefinition,
  fromJSON,
  type PackageDefinition,
  type ServiceDefinition,
} from '@grpc/proto-loader';
import type { CloudContext } from './context.ts';
import { jobsApi } from './jobs-api.ts';
import type { Fault } from './levers.ts';
import { drain, listen as listenHttp } from './loopback.ts';
import type { Message } from './messages.ts';
import type { Effect, ParsedCall, RunMethod } from './method.ts';
import { project } from './names.ts';
import { operationsApi } from './operations-api.ts';
import { settleDue } from './reconcile.ts';
import { revisionsApi } from './revisions-api.ts';
import { servicesApi } from './services-api.ts';
import { invalid, permissionDenied, StatusError } from './status-error.ts';

const methods: readonly RunMethod[] = [...servicesApi, ...revisionsApi, ...jobsApi, ...operationsApi];

/** Told of every call of the API. */
export interface CallWatch {
  began(): void;
  ended(): void;
}

/** A Cloud Run Admin API v2 that the official client talks to. Methods it does not have answer UNIMPLEMENTED. */
export function createRunServer(context: CloudContext, watch: CallWatch): Server {
  const definitions = loadProtos();
  const server = new Server();
  for (const [service, ofService] of Map.groupBy(methods, (method) => method.service)) {
    const handlers = ofService.map((method) => [method.rpc, handler(context, method, watch)]);
    server.addService(serviceDefinition(definitions, service), Object.fromEntries(handlers));
  }
  return server;
}

/** Listens on 127.0.0.1, without TLS. Tries the port first, since gRPC would print an error of its own. */
export async function listen(server: Server, port: number): Promise<void> {
  const probe = createServer();
  await listenHttp(probe, port);
  await drain(probe);
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

/** The official definitions, as the client package ships them and loads them itself. */
function loadProtos(): PackageDefinition {
  const path = createRequire(import.meta.url).resolve('@google-cloud/run/build/protos/protos.json');
  const options = { keepCase: false, longs: String, enums: String, defaults: false };
  return fromJSON(JSON.parse(readFileSync(path, 'utf8')), options);
}

function serviceDefinition(definitions: PackageDefinition, name: string): ServiceDefinition {
  const definition = definitions[name];
  if (definition === undefined || !isService(definition))
    throw new Error(`The client package has no ${name}.`);
  return definition;
}

function isService(definition: AnyDefinition): definition is ServiceDefinition {
  return !('format' in definition);
}

type UnaryCall = Parameters<handleUnaryCall<unknown, Message>>[0];

function handler(
  context: CloudContext,
  method: RunMethod,
  watch: CallWatch,
): handleUnaryCall<unknown, Message> {
  return (call, callback) => {
    watch.began();
    answer(context, method, call)
      .finally(() => watch.ended())
      .then((reply) => {
        if (reply !== undefined) callback(null, reply);
      })
      .catch((error: unknown) => callback(asStatus(error)));
  };
}

function asStatus(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  return new StatusError(status.INTERNAL, `The demo cloud failed: ${String(error)}`);
}

/** The reply to a call; undefined when the caller shall never hear. */
async function answer(
  context: CloudContext,
  method: RunMethod,
  call: UnaryCall,
): Promise<Message | undefined> {
  const parsed = method.parse(call.request);
  checkRouting(method, call.metadata, parsed.resource);
  const fault = context.levers.takeFault(method.rpc, parsed.resource);
  if (fault !== undefined) await delay(fault.delayMs);
  settleDue(context);
  try {
    refuse(context, { method, parsed, fault });
    await parsed.prepare(context);
    return deliver(performAndLog(context, { method, parsed, fault }), fault);
  } catch (error) {
    if (method.mutates && error instanceof StatusError && !(error instanceof LostReply)) {
      logRefusal(context, { method, parsed, error });
    }
    throw error;
  }
}

interface CallInHand {
  readonly method: RunMethod;
  readonly parsed: ParsedCall;
  readonly fault: Fault | undefined;
}

/** The reply was lost on its way: the caller sees what it sees when a connection drops. */
class LostReply extends StatusError {
  constructor() {
    super(status.UNAVAILABLE, 'Connection dropped');
  }
}

function deliver(reply: Message, fault: Fault | undefined): Message | undefined {
  if (fault?.loseReply === 'drop') throw new LostReply();
  return fault?.loseReply === 'never' ? undefined : reply;
}

/**
 * The client sends where a call belongs in a header; the real API's routing relies on it. Not so for operations:
 * the client asks for those with the header of the call that started them, or with none.
 */
function checkRouting(method: RunMethod, metadata: Metadata, resource: string): void {
  if (method.service === 'google.longrunning.Operations') return;
  const header = metadata.get('x-goog-request-params').join('&');
  const params = [...new URLSearchParams(header)];
  const location = resource.split('/')[3];
  const fits = ([name, value]: readonly [string, string]) =>
    value === (name === 'location' ? location : resource);
  if (params.length > 0 && params.every(fits)) return;
  throw invalid(`The header x-goog-request-params is '${header}', which does not route to '${resource}'.`);
}

function refuse(context: CloudContext, { method, parsed, fault }: CallInHand): void {
  if (fault?.error !== undefined) throw new StatusError(statusCode(fault.error.code), fault.error.message);
  if (!parsed.resource.startsWith(`${project}/`) || context.levers.deniedPermissions.has(method.permission)) {
    throw permissionDenied(method.permission, parsed.resource);
  }
}

function statusCode(name: string): status {
  const found = Object.entries(status).find(([key]) => key === name)?.[1];
  return typeof found === 'number' ? found : status.UNKNOWN;
}

function performAndLog(context: CloudContext, { method, parsed, fault }: CallInHand): Message {
  return context.store.transact(() => {
    const { reply, effect } = parsed.perform(context);
    const lost = fault?.loseReply === undefined ? 'sent' : 'lost';
    if (effect !== undefined) log(context, { method, parsed, entry: { ...effect, reply: lost } });
    return reply;
  });
}

function logRefusal(
  context: CloudContext,
  of: { method: RunMethod; parsed: ParsedCall; error: StatusError },
): void {
  const { method, parsed, error } = of;
  const refused = { effect: 'refused', changed: [], reply: 'sent' } as const;
  const code = status[error.code];
  log(context, {
    method,
    parsed,
    entry: { ...refused, changed: [], error: { code, message: error.message } },
  });
}

function log(
  context: CloudContext,
  of: {
    method: RunMethod;
    parsed: ParsedCall;
    entry: Effect & { reply: 'sent' | 'lost'; error?: { code: string; message: string } };
  },
): void {
  const id = context.store.calls.keys().length + 1;
  const at = new Date(context.clock.now()).toISOString();
  context.store.calls.put(String(id), {
    id,
    at,
    method: of.method.rpc,
    resource: of.parsed.resource,
    ...of.entry,
  });
}
