import { z } from 'zod';
import { TargetError } from '../../../integrations/target.ts';

/** What was thrown; undefined when it returned. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error ?? null;
  }
}

/** PostgreSQL takes it, and gives back the same. */
export function expectStorable(value: unknown): void {
  const text = JSON.stringify(value);
  if (/\\u0000|\\u[dD][89a-fA-F][0-9a-fA-F]{2}/.test(unescapedBackslashes(text))) {
    throw new Error(`cannot be stored: ${text.slice(0, 500)}`);
  }
  if (JSON.stringify(JSON.parse(text)) !== text)
    throw new Error(`comes back as something else: ${text.slice(0, 500)}`);
}

/** `\\u0000` that stands for a backslash and letters is no NUL. */
function unescapedBackslashes(json: string): string {
  return json.replaceAll('\\\\', '');
}

/** A sentence or clause for whoever sent it: one that says something, and is no novel. */
export function expectReason(reason: unknown): void {
  if (typeof reason !== 'string' || reason.trim() === '') throw new Error(`no reason: ${String(reason)}`);
}

/** Nothing but what the boundary throws on purpose. */
export function expectRefusal(error: unknown): void {
  if (!(error instanceof z.ZodError || error instanceof TargetError)) throw error;
  expectReason(error.message);
}
