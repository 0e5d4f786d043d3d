import type { ApiAnswer, ApiRequest, Connection } from './connection.ts';
import { type Call, classifyAnswer, classifyFailure } from './errors.ts';

/** Milliseconds for one call; a watch may take as much longer as it was asked for. */
export const CALL_LIMIT = 20_000;

type Sending = Omit<ApiRequest, 'signal'>;

/** Sends calls over one connection, each within its time; failures are TargetErrors that name the call. */
export interface Caller {
  send(call: Call, request: Sending, signal?: AbortSignal): Promise<ApiAnswer>;
  text(call: Call, request: Sending, signal?: AbortSignal): Promise<string>;
  json(call: Call, request: Sending, signal?: AbortSignal): Promise<unknown>;
  /** Every answer, whatever its status. */
  whatever(
    call: Call,
    request: Sending,
    signal?: AbortSignal,
  ): Promise<{ readonly status: number; readonly body: string }>;
  close(): Promise<void>;
}

/** Connects on the first call. */
export function createCaller(open: () => Promise<Connection>): Caller {
  const connection = once(open);
  const ask = async (call: Call, request: Sending, signal?: AbortSignal): Promise<ApiAnswer> => {
    signal?.throwIfAborted();
    const { server, send } = await connection.get();
    const limit = AbortSignal.timeout(CALL_LIMIT);
    const bounded = call.verb === 'watch' ? signal : undefined;
    const both = bounded ?? (signal === undefined ? limit : AbortSignal.any([signal, limit]));
    try {
      return await send({ ...request, signal: both });
    } catch (error) {
      signal?.throwIfAborted();
      throw classifyFailure(error, call, server);
    }
  };
  const send: Caller['send'] = async (call, request, signal) => {
    const answer = await ask(call, request, signal);
    if (answer.status < 300) return answer;
    throw classifyAnswer(answer.status, await answer.text().catch(() => ''), call);
  };
  const textOf = async (call: Call, answer: ApiAnswer, signal?: AbortSignal): Promise<string> => {
    try {
      return await answer.text();
    } catch (error) {
      signal?.throwIfAborted();
      throw classifyFailure(error, call, (await connection.get()).server);
    }
  };
  const text: Caller['text'] = async (call, request, signal) =>
    textOf(call, await send(call, request, signal), signal);
  return {
    send,
    text,
    async whatever(call, request, signal) {
      const answer = await ask(call, request, signal);
      return { status: answer.status, body: await textOf(call, answer, signal) };
    },
    json: async (call, request, signal) => parseJson(await text(call, request, signal)),
    close: async () => (await connection.made())?.close(),
  };
}

/** What is no JSON fits no schema. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Once<T> {
  get(): Promise<T>;
  /** Null when it was never asked for, or could not be made. */
  made(): Promise<T | null>;
}

/** Made when it is first needed; made anew when that failed. */
function once<T>(make: () => Promise<T>): Once<T> {
  let made: Promise<T> | null = null;
  return {
    get() {
      made ??= make().catch((error: unknown) => {
        made = null;
        throw error;
      });
      return made;
    },
    made: async () => (made === null ? null : made.catch(() => null)),
  };
}
