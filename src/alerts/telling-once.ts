import type { Logger } from 'pino';

/** Asks; null while there is no answer. The log has it once when answers stop, and once when they are back. */
export function tellingOnce<T>(
  source: string,
  log: Pick<Logger, 'warn' | 'info'>,
  ask: () => Promise<T>,
): () => Promise<T | null> {
  let away = false;
  return async () => {
    try {
      const answer = await ask();
      if (away) log.info({ source }, 'a source of alerts answers again');
      away = false;
      return answer;
    } catch (err) {
      if (!away)
        log.warn({ err, source }, 'a source of alerts does not answer: what ends while silenced stays');
      away = true;
      return null;
    }
  };
}
