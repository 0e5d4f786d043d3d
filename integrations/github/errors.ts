import { RequestError } from '@octokit/request-error';
import { explainNoAnswer } from '../fetch-error.ts';
import { TargetError } from '../target.ts';

/** What a person is told of an answer that is not what was asked for, by its status. */
export function explainError(error: unknown, host: string): TargetError {
  if (error instanceof TargetError) return error;
  if (!(error instanceof RequestError) || error.response === undefined) return noAnswer(error, host);
  const { status } = error;
  const more = { cause: error };
  if (isRateLimit(error))
    return new TargetError('quota', `GitHub takes no more requests for now (${host}).`, more);
  if (status === 401) {
    return new TargetError('permission', 'GitHub does not take Slipway’s token or key. Renew it.', more);
  }
  if (status === 403) {
    return new TargetError('permission', `GitHub does not allow that: ${error.message}`, more);
  }
  if (status === 404) {
    return new TargetError('not-found', 'GitHub has no such thing, or does not show it to Slipway.', more);
  }
  if (status === 409) return new TargetError('conflict', `GitHub: ${error.message}`, more);
  if (status >= 500) return new TargetError('unavailable', `GitHub answered ${status} (${host}).`, more);
  return new TargetError('invalid', `GitHub does not accept that: ${error.message}`, more);
}

function noAnswer(error: unknown, host: string): TargetError {
  const cause = error instanceof Error ? error.cause : undefined;
  const timeout = [error, cause].some((one) => one instanceof Error && one.name === 'TimeoutError');
  const { kind, what } = explainNoAnswer(timeout ? timeoutError() : (cause ?? error));
  return new TargetError(kind === 'timeout' ? 'timeout' : 'unavailable', `GitHub (${host}) ${what}.`, {
    cause: error,
  });
}

function timeoutError(): Error {
  return new DOMException('', 'TimeoutError');
}

/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
export function isRateLimit({ status, response }: RequestError): boolean {
  if (status === 429) return true;
  if (status !== 403 || response === undefined) return false;
  return response.headers['retry-after'] !== undefined || response.headers['x-ratelimit-remaining'] === '0';
}

/** When GitHub will take requests again, in epoch milliseconds: as it says, or in a minute. */
export function resumesAt({ response }: RequestError, now: number): number {
  const after = Number(response?.headers['retry-after'] ?? Number.NaN);
  if (Number.isFinite(after)) return now + after * 1_000;
  const reset = Number(response?.headers['x-ratelimit-reset'] ?? Number.NaN);
  return Number.isFinite(reset) ? Math.max(now + 1_000, reset * 1_000) : now + 60_000;
}

/** True for an answer that says that there is no such thing. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof RequestError && (error.status === 404 || error.status === 422 || error.status === 409)
  );
}
