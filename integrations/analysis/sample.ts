import { setImmediate as nextTurn } from 'node:timers/promises';
import { explainNoAnswer } from '../fetch-error.ts';

/** How requests are sent and timed. */
export interface Sampler {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

export interface SampleRequest {
  readonly url: URL;
  readonly plan: {
    readonly status: number;
    /** How many to send. */
    readonly minRequests: number;
    /** Milliseconds for one request. */
    readonly timeout: number;
  };
  readonly signal: AbortSignal;
}

/** What came of some requests to one revision. */
export interface Sample {
  readonly sent: number;
  readonly errors: number;
  /** Of the errors, those where nobody could be asked at all. */
  readonly unreachable: number;
  /** Milliseconds until each answer was there, wrong ones too, without what opening a connection takes. */
  readonly times: readonly number[];
  /** The commonest error, “answered 503, wanted 200”; empty without errors. */
  readonly mostly: string;
}

const CONCURRENCY = 5;
/** No request begins after this; a revision that hangs must not keep the look from ending. */
const LONGEST_LOOK = 30_000;

/** Sends requests to one address, a few at a time over connections that are kept open. */
export async function sampleRevision(request: SampleRequest, sampler: Sampler): Promise<Sample> {
  const until = sampler.now() + LONGEST_LOOK;
  const answers: Answer[] = [];
  let left = request.plan.minRequests;
  const work = async () => {
    for (let first = true; left > 0 && sampler.now() < until; first = false) {
      request.signal.throwIfAborted();
      left -= 1;
      const answer = await send(request, sampler);
      answers.push(first ? { ...answer, time: null } : answer);
      await nextTurn(); // Only then is the connection free for the next request.
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return summary(answers);
}

/** The smallest value that so many percent of all do not exceed; null without any. */
export function percentile(values: readonly number[], percent: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null;
}

interface Answer {
  /** Milliseconds; null when there was no answer, or its time says more about the connection. */
  readonly time: number | null;
  /** Null when it was right. */
  readonly error: string | null;
  readonly unreachable: boolean;
}

async function send({ url, plan, signal }: SampleRequest, sampler: Sampler): Promise<Answer> {
  const began = sampler.now();
  try {
    const response = await sampler.fetch(url, {
      redirect: 'manual',
      headers: { 'user-agent': 'slipway', 'cache-control': 'no-cache' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(plan.timeout)]),
    });
    await drain(response);
    const time = sampler.now() - began;
    const right = response.status === plan.status;
    const error = right ? null : `answered ${response.status}, wanted ${plan.status}`;
    return { time, error, unreachable: false };
  } catch (error) {
    signal.throwIfAborted();
    const { kind, what } = explainNoAnswer(error);
    const words = kind === 'timeout' ? `did not answer within ${plan.timeout} ms` : what;
    return { time: null, error: words, unreachable: kind === 'unreachable' };
  }
}

/** Reads an answer to its end, which is when a person has it and when the connection can be used again. */
async function drain(response: Response): Promise<void> {
  await response.body?.pipeTo(new WritableStream());
}

function summary(answers: readonly Answer[]): Sample {
  const errors = answers.flatMap(({ error }) => (error === null ? [] : [error]));
  return {
    sent: answers.length,
    errors: errors.length,
    unreachable: answers.filter(({ unreachable }) => unreachable).length,
    times: answers.flatMap(({ time }) => (time === null ? [] : [time])),
    mostly: commonest(errors),
  };
}

function commonest(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
}
