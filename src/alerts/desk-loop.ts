import { isOutage } from '../store/outage.ts';
import type { AlertContext } from './context.ts';
import { tellAlerts } from './desk.ts';
import { nothingWaits } from './waiting.ts';

/** Milliseconds between two looks when nothing is known to have changed: other replicas receive alerts too. */
const IDLE = 1_000;
/** So much is gathered before a look, however often something changes. */
const BUSY = 150;

/** Tells alerts for as long as it runs. */
export interface AlertDesk {
  /** Something has changed: look soon. */
  changed(): void;
  /** Resolves when it is not being done any more. */
  stop(): Promise<void>;
}

export function startAlertDesk(context: AlertContext): AlertDesk {
  const stopped = new AbortController();
  const unsaid = nothingWaits();
  let wake = (): void => undefined;
  let waiting = false;
  const pause = async (milliseconds: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    wake = resolve;
    if (waiting || stopped.signal.aborted) resolve();
    await promise;
    clearTimeout(timer);
  };
  const ended = (async () => {
    while (!stopped.signal.aborted) {
      waiting = false;
      const rest = await tellAlerts(context, unsaid).catch((err: unknown) => {
        context.log[isOutage(err) ? 'debug' : 'error']({ err }, 'telling alerts failed');
        return 'nothing' as const;
      });
      await new Promise((resolve) => setTimeout(resolve, BUSY));
      if (rest === 'nothing') await pause(IDLE);
    }
  })();
  return {
    changed: () => {
      waiting = true;
      wake();
    },
    stop: async () => {
      stopped.abort();
      wake();
      await ended;
    },
  };
}
