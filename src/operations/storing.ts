import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../store/database.ts';
import { tryToStore } from '../store/inbox.ts';

/** Milliseconds: whoever probes waits for about three seconds. */
const ANSWER_LIMIT = 2_000;

/** Whether what comes in can be stored, as `/readyz` tells it. */
export interface Storing {
  /** Something that came in could not be stored. */
  failed(): void;
  /** What is wrong with the database, in words for its operator; null when nothing is known to be. */
  trouble(): Promise<string | null>;
}

/**
 * A database with a full disk still answers, and may still take what fits into the holes of its files. So it is
 * gone by what happened: once something could not be stored, storing is tried until it works again.
 */
export function watchStoring(database: Database): Storing {
  let hasFailed = false;
  return {
    failed: () => {
      hasFailed = true;
    },
    trouble: async () => {
      if (!(await answers(database))) return 'the database does not answer';
      if (!hasFailed) return null;
      try {
        await tryToStore(database);
      } catch (error) {
        return `the database stores nothing: ${error instanceof Error ? error.message : String(error)}`;
      }
      hasFailed = false;
      return null;
    },
  };
}

function answers(database: Database): Promise<boolean> {
  const asked = database.query('select 1').then(
    () => true,
    () => false,
  );
  return Promise.race([asked, delay(ANSWER_LIMIT, false, { ref: false })]);
}
