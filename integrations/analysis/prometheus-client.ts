import { z } from 'zod';
import { boundedFetch } from '../bounded-fetch.ts';
import { explainNoAnswer } from '../fetch-error.ts';

export interface PrometheusClientOptions {
  /** Where it answers, without `/api`; may have a path of its own. */
  readonly url: string;
  /** Milliseconds for one query. */
  readonly timeout: number;
  readonly fetch: typeof globalThis.fetch;
}

/** One number, null when the query gives nothing, or why there is none: “prometheus:9090 refused the connection”. */
export type InstantAnswer =
  | { readonly ok: true; readonly value: number | null; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly why: string };

const sampleSchema = z.tuple([z.number(), z.string()]);
/** Answer of `/api/v1/query`, per Prometheus' documentation of its HTTP API. */
const successSchema = z.object({
  status: z.literal('success'),
  data: z.discriminatedUnion('resultType', [
    z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: sampleSchema })) }),
    z.object({ resultType: z.literal('scalar'), result: sampleSchema }),
    z.object({ resultType: z.enum(['matrix', 'string']) }),
  ]),
  warnings: z.array(z.string()).default([]),
});
const errorSchema = z.object({ status: z.literal('error'), error: z.string() });

type Result = z.output<typeof successSchema>['data'];

const LONGEST_REASON = 300;
/** In bytes; one number is far less. */
const LARGEST_ANSWER = 1024 * 1024;

/** Asks one instant query, as of now. Rejects only when aborted. */
export async function askPrometheus(
  query: string,
  { url, timeout, fetch }: PrometheusClientOptions,
  signal: AbortSignal,
): Promise<InstantAnswer> {
  const address = new URL('api/v1/query', url.endsWith('/') ? url : `${url}/`);
  try {
    const response = await boundedFetch(fetch, LARGEST_ANSWER)(address, {
      method: 'POST',
      redirect: 'manual',
      headers: { accept: 'application/json', 'user-agent': 'slipway' },
      body: new URLSearchParams({ query, timeout: `${timeout}ms` }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
    });
    return readAnswer(response.status, await response.text(), address.host);
  } catch (error) {
    signal.throwIfAborted();
    const { kind, what } = explainNoAnswer(error);
    return unanswered(`${address.host} ${kind === 'timeout' ? `did not answer within ${timeout} ms` : what}`);
  }
}

function readAnswer(status: number, text: string, host: string): InstantAnswer {
  const body = parseJson(text);
  const refused = errorSchema.safeParse(body);
  if (refused.success) return unanswered(`${host} refused the query: ${shortened(refused.data.error)}`);
  if (status !== 200) return unanswered(`${host} answered ${status}`);
  const read = successSchema.safeParse(body);
  if (!read.success) return unanswered(`${host} does not answer like Prometheus`);
  return readResult(read.data.data, read.data.warnings);
}

function readResult(result: Result, warnings: readonly string[]): InstantAnswer {
  switch (result.resultType) {
    case 'scalar':
      return { ok: true, value: numberOf(result.result[1]), warnings };
    case 'vector': {
      const [first, ...others] = result.result;
      if (others.length > 0)
        return unanswered(`the query gives ${others.length + 1} series where one number is wanted; sum them`);
      return { ok: true, value: first === undefined ? null : numberOf(first.value[1]), warnings };
    }
    case 'matrix':
    case 'string':
      return unanswered(`the query gives a ${result.resultType} where one number is wanted`);
  }
}

/** Null for what is not a number, such as 0/0. */
function numberOf(text: string): number | null {
  if (/^[+-]?Inf$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  const value = Number(text);
  return Number.isNaN(value) ? null : value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function shortened(text: string): string {
  return text.length <= LONGEST_REASON ? text : `${text.slice(0, LONGEST_REASON - 1)}…`;
}

function unanswered(why: string): InstantAnswer {
  return { ok: false, why };
}
