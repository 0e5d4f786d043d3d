import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isOutage } from '../store/outage.ts';

/** Something that is done again and again until it is stopped. */
export interface Repetition {
  /** Resolves when it is not being done any more. */
  stop(): Promise<void>;
}

/** Does it now, and again so many milliseconds after each end. A failure is told in the log, and is not the end. */
export function repeatedly(
  what: string,
  interval: number,
  log: Logger,
  work: () => Promise<void>,
): Repetition {
  const stopped = new AbortController();
  const { signal } = stopped;
  const ended = (async () => {
    while (!signal.aborted) {
      await work().catch((err: unknown) => log[isOutage(err) ? 'debug' : 'error']({ err }, `${what} failed`));
      await delay(interval, undefined, { signal, ref: false }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopped.abort();
      await ended;
    },
  };
}
