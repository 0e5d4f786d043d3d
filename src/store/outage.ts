/** PostgreSQL's classes of “not now”: connection, conflict, resources (a full disk), intervention (shutdown). */
const PASSING_CLASSES = ['08', '40', '53', '57', '58'];
/** Somebody else holds the lock; the server is read-only, as one is that is failing over; a session was idle too long. */
const PASSING_CODES = ['55P03', '25006', '25P03'];
const PASSING_SYSTEM_ERRORS = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
];
const PASSING_MESSAGES =
  /connection terminated|timeout expired|timeout exceeded when trying to connect|connection error|not queryable|query read timeout/i;

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2_000;
/** An outage is worth a word after so many milliseconds; most are over before. */
const LONG = 2_500;

/** True if the database was away or refused work for now, so that the same work may succeed later. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isOutage)) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (PASSING_SYSTEM_ERRORS.includes(code)) return true;
  if (/^[0-9A-Z]{5}$/.test(code))
    return PASSING_CODES.includes(code) || PASSING_CLASSES.includes(code.slice(0, 2));
  return PASSING_MESSAGES.test(error.message);
}

/**
 * Repeats idempotent work until the database is there for it. Other errors go on to the caller. `onLong` hears of
 * an outage once, when it has been there for a while.
 */
export async function throughOutages<T>(
  work: () => Promise<T>,
  onLong: () => void = () => undefined,
): Promise<T> {
  let telling: NodeJS.Timeout | undefined;
  try {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        return await work();
      } catch (error) {
        if (!isOutage(error)) throw error;
        telling ??= setTimeout(onLong, LONG);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  } finally {
    clearTimeout(telling);
  }
}
