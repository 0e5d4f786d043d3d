import {
  LogLevel,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import type { Finding } from '../../integrations/target.ts';
import type { Secret } from '../config/secret.ts';
import { remedyFor } from '../slack/remedies.ts';

/** Milliseconds in which Slack must answer. */
const PATIENCE = 10_000;

/** A client that answers now or not at all, and writes nothing to the terminal. */
export function impatientClient(token: Secret, slackApiUrl: string | undefined): WebClient {
  return new WebClient(token.reveal(), {
    ...(slackApiUrl === undefined ? {} : { slackApiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: PATIENCE,
    logger: SILENT,
  });
}

/** What was found by asking Slack; whatever it refuses is a finding about the subject. */
export async function ask(
  subject: string,
  question: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await question();
  } catch (error) {
    return [{ subject, ok: false, ...explain(error) }];
  }
}

/** Slack's word for a refusal, such as `users_not_found`; null for any other error. */
export function refusalIn(error: unknown): string | null {
  return error instanceof WebAPIPlatformError ? error.data.error : null;
}

function explain(error: unknown): { readonly detail: string; readonly remedy: string } {
  if (error instanceof WebAPIPlatformError) {
    const word = error.data.error;
    return { detail: `Slack answers “${word}”`, remedy: sentence(remedyFor(word)) };
  }
  if (error instanceof WebAPIRateLimitedError) {
    return { detail: 'was asked too often', remedy: `Ask again in ${error.retryAfter} s.` };
  }
  if (error instanceof WebAPIRequestError) {
    const remedy = 'Let this machine reach https://slack.com, through a proxy if need be.';
    return { detail: `Slack can't be reached: ${error.original.message}`, remedy };
  }
  throw error;
}

function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

const SILENT = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};
