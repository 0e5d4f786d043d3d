import {
  LogLevel,
  type Logger as SlackLogger,
  WebClient,
  WebClientEvent,
  type WebClientOptions,
} from '@slack/web-api';
import type { Logger } from 'pino';

/** Nothing in Slack takes longer; what has not answered by then is taken for lost. */
const CALL_LIMIT = 10_000;

/** Two ways to call Slack's Web API. */
export interface SlackClients {
  /** For look-ups and forms: tries again by itself, a little. */
  readonly asking: WebClient;
  /** For the publisher, which knows better: every call is made once, and says when Slack is limiting. */
  readonly publishing: WebClient;
}

/** Slack takes no more calls of a method for so many seconds (`Retry-After`). */
export interface LimitedMethod {
  /** As Slack calls it: `chat.postMessage`. */
  readonly method: string;
  readonly seconds: number;
}

/** `apiUrl` is another address of the Web API, such as the playground's; it ends in `/api/`. */
export function createClients(settings: {
  readonly botToken: string;
  readonly apiUrl?: string;
  readonly onLimited: (limited: LimitedMethod) => void;
  readonly log: Logger;
}): SlackClients {
  const options: WebClientOptions = {
    ...addressOf(settings.apiUrl),
    logger: slackLogger(settings.log),
    timeout: CALL_LIMIT,
  };
  const clients = {
    asking: new WebClient(settings.botToken, { ...options, retryConfig: { retries: 2, minTimeout: 200 } }),
    publishing: new WebClient(settings.botToken, {
      ...options,
      rejectRateLimitedCalls: true,
      retryConfig: { retries: 0 },
    }),
  };
  for (const client of Object.values(clients)) {
    client.on(WebClientEvent.RATE_LIMITED, (seconds: number, { url }: { readonly url: string }) =>
      settings.onLimited({ method: url.slice(url.lastIndexOf('/') + 1), seconds }),
    );
  }
  return clients;
}

export function addressOf(apiUrl: string | undefined): Pick<WebClientOptions, 'slackApiUrl'> {
  return apiUrl === undefined ? {} : { slackApiUrl: apiUrl };
}

/**
 * Slack's libraries write into our log. Their debug lines hold whole payloads and addresses that are
 * secrets, so they are never asked for.
 */
export function slackLogger(log: Logger): SlackLogger {
  const text = (parts: readonly unknown[]) => parts.map(String).join(' ');
  return {
    debug: () => undefined,
    info: (...parts) => log.debug(text(parts)),
    warn: (...parts) => log.warn(text(parts)),
    error: (...parts) => log.error(text(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
