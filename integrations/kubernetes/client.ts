import { z } from 'zod';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { TargetError } from '../target.ts';
import { CALL_LIMIT, type Caller, createCaller, parseJson } from './caller.ts';
import { type Connection, type KubernetesConnection, openConnection } from './connection.ts';
import { type Call, classifyAnswer } from './errors.ts';
import { type Place, PODS, pathOf, placeText } from './resources.ts';
import { readWatch, type WatchEvent } from './watch.ts';

/** The name under which the API server keeps which fields Slipway has set. */
export const FIELD_MANAGER = 'slipway';

/** One operation of a JSON Patch (RFC 6902). */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string };

/** Which objects of a collection; both in the API's own syntax. */
export interface Selection {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/**
 * The calls that Slipway makes of a cluster. What comes back is parsed by the schema that is given. They do not
 * retry: whoever calls knows what is safe to repeat. Failures are TargetErrors that name what was asked; an aborted
 * signal rejects with its own reason.
 */
export interface KubernetesApi {
  read<T>(place: Place, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T>;
  /** Null when there is no such object. */
  find<T>(place: Place, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T | null>;
  list<T>(
    place: Place,
    schema: z.ZodType<T>,
    selection?: Selection,
    signal?: AbortSignal,
  ): Promise<readonly T[]>;
  /**
   * One object, and the resourceVersion of its whole collection: a watch can go on from there, however long the object
   * itself has not changed. Null when there is no such object.
   */
  observe<T>(
    place: Place,
    schema: z.ZodType<T>,
    signal?: AbortSignal,
  ): Promise<{ readonly object: T; readonly resourceVersion: string } | null>;
  create<T>(place: Place, object: JsonObject, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T>;
  /** With a `replace` of `/metadata/resourceVersion` it is a compare-and-set: another one is a `conflict`. */
  patch<T>(
    place: Place,
    operations: readonly PatchOperation[],
    schema: z.ZodType<T>,
    signal?: AbortSignal,
  ): Promise<T>;
  /** Deletes the object if it still is that one; one that is gone already is no error. */
  remove(place: Place, uid: string, signal?: AbortSignal): Promise<void>;
  /** What happens to one object after that resourceVersion, for some seconds at most. */
  watch(
    place: Place,
    from: { readonly resourceVersion: string; readonly seconds: number },
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent>;
  /** The last lines that a container wrote. */
  log(
    place: Place,
    of: { readonly container: string; readonly previous: boolean; readonly lines: number },
    signal?: AbortSignal,
  ): Promise<string>;
  /** Asks a port of a pod through the API server (`pods/proxy`); whatever the pod answers is an answer. */
  askPod(
    pod: { readonly namespace: string; readonly name: string; readonly port: number },
    path: string,
    signal?: AbortSignal,
  ): Promise<Response>;
  /** The cluster's version: `v1.33.2`. */
  version(): Promise<string>;
  close(): Promise<void>;
}

const listOf = z.object({
  items: z.array(z.unknown()).nullish(),
  metadata: z.object({ resourceVersion: z.string().default('') }).prefault({}),
});
const versionInfo = z.object({ gitVersion: z.string() });

/** Connects on the first call, so that a bot which starts does not wait for it. */
export function connectKubernetes(
  options: KubernetesConnection,
  open: (options: KubernetesConnection) => Promise<Connection> = openConnection,
): KubernetesApi {
  const caller = createCaller(() => open(options));
  const read: KubernetesApi['read'] = async (place, schema, signal) => {
    const body = await caller.json({ verb: 'get', place }, { method: 'GET', path: pathOf(place) }, signal);
    return parseAnswer(body, schema, place);
  };
  return {
    read,
    find: (place, schema, signal) => orNull(() => read(place, schema, signal)),
    async list(place, schema, selection, signal) {
      const call = { verb: 'list', place };
      const body = await caller.json(
        call,
        { method: 'GET', path: pathOf(place), query: { ...selection } },
        signal,
      );
      return (parseAnswer(body, listOf, place).items ?? []).map((item) => parseAnswer(item, schema, place));
    },
    async observe(place, schema, signal) {
      const all = { ...place, name: null };
      const query = { fieldSelector: `metadata.name=${place.name}` };
      const request = { method: 'GET', path: pathOf(all), query } as const;
      const body = await caller.json({ verb: 'list', place }, request, signal);
      const { items, metadata } = parseAnswer(body, listOf, place);
      const [item] = items ?? [];
      if (item === undefined) return null;
      return { object: parseAnswer(item, schema, place), resourceVersion: metadata.resourceVersion };
    },
    async create(place, object, schema, signal) {
      const request = {
        method: 'POST',
        path: pathOf({ ...place, name: null }),
        query: { fieldManager: FIELD_MANAGER },
        contentType: 'application/json',
        body: JSON.stringify(object),
      } as const;
      return parseAnswer(await caller.json({ verb: 'create', place }, request, signal), schema, place);
    },
    async patch(place, operations, schema, signal) {
      const request = {
        method: 'PATCH',
        path: pathOf(place),
        query: { fieldManager: FIELD_MANAGER },
        contentType: 'application/json-patch+json',
        body: JSON.stringify(operations),
      } as const;
      return parseAnswer(await caller.json({ verb: 'patch', place }, request, signal), schema, place);
    },
    async remove(place, uid, signal) {
      const request = {
        method: 'DELETE',
        path: pathOf(place),
        contentType: 'application/json',
        body: JSON.stringify({ preconditions: { uid }, propagationPolicy: 'Background' }),
      } as const;
      await orNull(() => caller.json({ verb: 'delete', place }, request, signal));
    },
    watch: (place, from, signal) => watch(caller, place, from, signal),
    async log(place, { container, previous, lines }, signal) {
      const at = { ...place, subresource: 'log' };
      const query = { container, previous: String(previous), tailLines: String(lines) };
      return caller.text({ verb: 'get', place: at }, { method: 'GET', path: pathOf(at), query }, signal);
    },
    askPod: (pod, path, signal) => askPod(caller, pod, path, signal),
    async version() {
      const body = await caller.json(VERSION_CALL, { method: 'GET', path: '/version' });
      return parseAnswer(body, versionInfo, VERSION_CALL.place).gitVersion;
    },
    close: () => caller.close(),
  };
}

/** The API server passes on what the pod says; its own refusals are Status objects. */
async function askPod(
  caller: Caller,
  { namespace, name, port }: Parameters<KubernetesApi['askPod']>[0],
  path: string,
  signal?: AbortSignal,
): Promise<Response> {
  const place = { resource: PODS, namespace, name: `${name}:${port}`, subresource: 'proxy' };
  const asked = new URL(path, 'http://pod');
  const request = {
    method: 'GET',
    path: `${pathOf(place)}${asked.pathname}`,
    query: Object.fromEntries(asked.searchParams),
  } as const;
  const call = { verb: 'get', place };
  const { status, body } = await caller.whatever(call, request, signal);
  if (statusObject.safeParse(parseJson(body)).success) throw classifyAnswer(status, body, call);
  return new Response(body, { status });
}

const statusObject = z.object({ kind: z.literal('Status'), apiVersion: z.literal('v1') });

const VERSION_CALL: Call = {
  verb: 'get',
  place: {
    resource: { group: '', version: 'v1', plural: 'version', kind: 'version' },
    namespace: null,
    name: 'of the cluster',
  },
};

async function* watch(
  caller: Caller,
  place: Place,
  { resourceVersion, seconds }: { readonly resourceVersion: string; readonly seconds: number },
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1_000 + CALL_LIMIT)]);
  const request = {
    method: 'GET',
    path: pathOf({ ...place, name: null }),
    query: {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion,
      timeoutSeconds: String(seconds),
      fieldSelector: `metadata.name=${place.name}`,
    },
  } as const;
  const answer = await caller.send({ verb: 'watch', place }, request, limit).catch((error: unknown) => {
    if (error instanceof TargetError && isGone(error)) return null;
    throw error;
  });
  if (answer === null) {
    yield { type: 'gone' };
    return;
  }
  const body = answer.stream();
  if (body !== null) yield* readWatch(body, limit);
  signal.throwIfAborted();
}

/** The server may refuse a resourceVersion that is too old before the watch begins. */
function isGone(error: TargetError): boolean {
  const { cause } = error;
  return typeof cause === 'object' && cause !== null && 'status' in cause && cause.status === 410;
}

/** What the API server answered, by its schema; an answer that does not fit is an error like any other. */
export function parseAnswer<T>(body: unknown, schema: z.ZodType<T>, place: Place): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new TargetError(
    'invalid',
    `The Kubernetes API answered something about ${placeText(place)} that Slipway does not understand: ${z.prettifyError(result.error)}`,
    { cause: result.error },
  );
}

/** Null where there is no such object. */
export async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof TargetError && error.problem === 'not-found') return null;
    throw error;
  }
}
