import { setTimeout as delay } from 'node:timers/promises';
import type { CheckResult, HttpCheck, HttpChecker } from '../checks.ts';
import { explainNoAnswer } from '../fetch-error.ts';
import { TargetError } from '../target.ts';
import { looksAtBody, readBody, wrongBody } from './body.ts';

export interface HttpCheckerOptions {
  readonly fetch?: typeof globalThis.fetch;
  /** Resolves after that many milliseconds; rejects with the signal's reason. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/** Milliseconds between two attempts, so that a check is not a burst. */
const PAUSE_BETWEEN = 20;
const PAUSE_WHILE_SETTLING = 1_000;

/** Sends checks one after the other. Redirects are answers like any other and are not followed. */
export function createHttpChecker(options: HttpCheckerOptions = {}): HttpChecker {
  const tools: Tools = {
    fetch: options.fetch ?? globalThis.fetch,
    wait: options.wait ?? ((milliseconds, signal) => delay(milliseconds, undefined, { signal })),
    now: options.now ?? (() => performance.now()),
  };
  return {
    async run({ checks, baseUrl, settle, signal }) {
      const forgiveUntil = tools.now() + (settle ?? 0);
      const details: string[] = [];
      for (const check of checks) {
        const result = await runCheck(
          { check, url: new URL(check.http, baseUrl), forgiveUntil, signal },
          tools,
        );
        if (!result.ok) return result;
        details.push(result.detail);
      }
      return { ok: true, detail: details.join('; ') };
    },
  };
}

type Tools = Required<HttpCheckerOptions>;

interface Run {
  readonly check: HttpCheck;
  readonly url: URL;
  readonly forgiveUntil: number;
  readonly signal: AbortSignal;
}

async function runCheck(run: Run, tools: Tools): Promise<CheckResult> {
  const { check, url, signal } = run;
  let right = 0;
  while (right < check.successes) {
    signal.throwIfAborted();
    const attempt = await send(run, tools);
    if (attempt.ok) right += 1;
    else if (right > 0 || tools.now() >= run.forgiveUntil) {
      return { ok: false, detail: `${sentence(check, url, attempt.what)}${tally(check, right)}` };
    }
    if (right < check.successes) await tools.wait(attempt.ok ? PAUSE_BETWEEN : PAUSE_WHILE_SETTLING, signal);
  }
  return {
    ok: true,
    detail: `${sentence(check, url, `answered ${check.status}${looksAtBody(check) ? ' as expected' : ''}`)}${tally(check, right)}`,
  };
}

async function send(run: Run, tools: Tools): Promise<{ ok: boolean; what: string }> {
  const { check, url, signal } = run;
  try {
    const response = await tools.fetch(url, {
      ...requestOf(check),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(check.timeout)]),
    });
    const wrong = await wrongAnswer(check, response);
    return { ok: wrong === null, what: wrong ?? '' };
  } catch (error) {
    signal.throwIfAborted();
    // We did not get as far as to ask: no word about the service.
    if (error instanceof TargetError) throw error;
    const { kind, what } = explainNoAnswer(error);
    return { ok: false, what: kind === 'timeout' ? `did not answer within ${check.timeout} ms` : what };
  }
}

function requestOf({ post }: HttpCheck): RequestInit {
  const headers = { 'user-agent': 'slipway', 'cache-control': 'no-cache' };
  if (post === undefined) return { headers };
  return {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(post),
  };
}

async function wrongAnswer(check: HttpCheck, response: Response): Promise<string | null> {
  if (response.status !== check.status || !looksAtBody(check)) {
    await response.body?.cancel();
    return response.status === check.status
      ? null
      : `answered ${response.status}${whereTo(response)} (wanted ${check.status})`;
  }
  const wrong = wrongBody(await readBody(response), check);
  return wrong === null ? null : `answered ${response.status} ${wrong}`;
}

/** “GET /health answered 200” or “GET /health: 127.0.0.1:8080 refused the connection”. */
function sentence(check: HttpCheck, url: URL, what: string): string {
  const named = check.http.startsWith('/') ? check.http : url.href;
  const asked = `${check.post === undefined ? 'GET' : 'POST'} ${named}`;
  return what.startsWith('answered') || what.startsWith('did not answer within')
    ? `${asked} ${what}`
    : `${asked}: ${url.host} ${what}`;
}

function tally(check: HttpCheck, right: number): string {
  return check.successes === 1 ? '' : `, ${right} of ${check.successes}`;
}

function whereTo(response: Response): string {
  const location = response.headers.get('location');
  return location === null ? '' : `, a redirect to ${location}`;
}
