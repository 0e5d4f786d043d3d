/** @module What a call of the Web API comes back with. */
import type { Json } from './json.ts';

/** Slack's answer: `ok`, and `error` with a code if not. */
export interface Answer {
  readonly ok: boolean;
  readonly error: string;
  readonly body: Json;
}

/** The error of a call without an answer, which may or may not have been taken. */
export const UNREACHABLE = 'unreachable';
