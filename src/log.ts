import pino, { type Logger } from 'pino';
import type { Settings } from './config/settings.ts';

/** The log of a process: JSON lines on standard output. */
export function createLog(level: Settings['logLevel']): Logger {
  return pino(
    { level, base: null, serializers: { err: describeError } },
    pino.destination({ dest: 1, sync: true }),
  );
}

/** An error without what libraries hang on it: a broken connection carries its client, and that its secrets. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? error.code : undefined;
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message,
    code,
    stack,
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}
