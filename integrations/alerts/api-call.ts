import { boundedFetch } from '../bounded-fetch.ts';

const ANSWER_LIMIT = 5_000;
/** In bytes: some ten thousand alerts. */
const LARGEST_ANSWER = 16 * 1024 * 1024;

/** One call of Alertmanager's API, bounded in time and size; it never goes on to another address. */
export function callAlertmanager(
  fetch: typeof globalThis.fetch,
  address: string,
  init: RequestInit = {},
): Promise<Response> {
  const signal = AbortSignal.timeout(ANSWER_LIMIT);
  return boundedFetch(fetch, LARGEST_ANSWER)(address, { ...init, redirect: 'error', signal });
}
