import { WebAPIPlatformError } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 10_000;
const CLOSE_LIMIT = 3_000;

/** Slack's words for an app token that no retry makes better, unless Slack has taken it before. */
const HOPELESS = [
  'account_inactive',
  'invalid_auth',
  'not_allowed_token_type',
  'not_authed',
  'missing_scope',
];

/** What is used of Socket Mode's client, which must not reconnect by itself. */
export interface SocketClient {
  start(): Promise<unknown>;
  disconnect(): Promise<void>;
  once(event: 'disconnected', listener: () => void): unknown;
}

/** A Socket Mode connection that is kept up. */
export interface Socket {
  /** Resolves when connected for the first time; rejects if Slack will never take the app token. */
  start(): Promise<void>;
  connected(): boolean;
  stop(): Promise<void>;
}

/**
 * Connects again whenever the connection ends: at once, then with growing pauses. The client's own
 * reconnection waits five seconds even when Slack only moves the connection, and ends the process when
 * Slack cannot be reached.
 */
export function keepConnected(
  client: SocketClient,
  { clock, log }: { readonly clock: Clock; readonly log: Pick<Logger, 'info' | 'warn' | 'error'> },
): Socket {
  return new KeptSocket(client, clock, log);
}

class KeptSocket implements Socket {
  readonly #client: SocketClient;
  readonly #clock: Clock;
  readonly #log: Pick<Logger, 'info' | 'warn' | 'error'>;
  #connected = false;
  #taken = false;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;

  constructor(client: SocketClient, clock: Clock, log: Pick<Logger, 'info' | 'warn' | 'error'>) {
    this.#client = client;
    this.#clock = clock;
    this.#log = log;
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#running = this.#run(resolve, reject);
    });
  }

  connected(): boolean {
    return this.#connected;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await Promise.race([this.#client.disconnect(), this.#pause(CLOSE_LIMIT)]);
    this.#wake();
    await this.#running;
  }

  async #run(onFirst: () => void, onHopeless: (error: unknown) => void): Promise<void> {
    for (let failures = 0; !this.#stopped; ) {
      let pause = 0;
      try {
        await this.#connectOnce(onFirst);
        failures = 0;
      } catch (error) {
        failures += 1;
        if (isHopeless(error)) {
          this.#log.error({ err: error }, 'Slack does not take SLACK_APP_TOKEN; it needs connections:write');
          if (!this.#taken) return onHopeless(error);
          pause = LONGEST_PAUSE;
        } else {
          this.#log.warn({ err: error, failures }, 'Slack cannot be reached; connecting again');
          pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
        }
      }
      if (pause > 0) await this.#pause(pause);
    }
  }

  /** Resolves when a connection that was there has ended. */
  async #connectOnce(onConnected: () => void): Promise<void> {
    await this.#client.start();
    if (this.#stopped) return this.#client.disconnect();
    this.#connected = true;
    this.#taken = true;
    this.#log.info('connected to Slack');
    onConnected();
    await new Promise<void>((resolve) => {
      this.#client.once('disconnected', resolve);
    });
    this.#connected = false;
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(milliseconds, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

function isHopeless(error: unknown): boolean {
  return error instanceof WebAPIPlatformError && HOPELESS.includes(error.data.error);
}
