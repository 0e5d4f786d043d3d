import { z } from 'zod';
import type { Json, JsonObject } from '../src/domain/json.ts';

/** What a value in a JSON answer must be: that very value, or one with these properties. */
export type JsonExpectation =
  | string
  | number
  | boolean
  | null
  | {
      /** False: it must not be there. */
      readonly exists?: boolean | undefined;
      readonly contains?: string | undefined;
      /** Characters of a text, entries of a list. */
      readonly minLength?: number | undefined;
    };

/** What the body of an answer must say, beside its status. */
export interface BodyExpectation {
  readonly contains?: string | undefined;
  /** Characters. */
  readonly minLength?: number | undefined;
  /** By path: `data.items.0.name`. */
  readonly json?: Readonly<Record<string, JsonExpectation>> | undefined;
}

/** One request that must be answered as expected before a deploy counts as done. */
export interface HttpCheck extends BodyExpectation {
  /** An absolute URL, or a path on the address that is being verified. */
  readonly http: string;
  /** Who asks: the bot where it is absent, unless the target knows better. */
  readonly from?: 'bot' | 'host' | undefined;
  /** Sent as JSON by POST; a GET where there is nothing to send. */
  readonly post?: Json | undefined;
  /** The status that must come back. */
  readonly status: number;
  /** Attempts in a row that must succeed. */
  readonly successes: number;
  /** Milliseconds for one attempt. */
  readonly timeout: number;
}

/** A program that must end well, and say what it should, before a deploy counts as done. */
export interface CommandCheck {
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly [string, ...string[]];
  /** In a container of that service of the project; on the host itself when absent. */
  readonly service?: string | undefined;
  /** Text that it must print. */
  readonly contains?: string | undefined;
  /** Milliseconds. */
  readonly timeout: number;
}

/** One entry of `verify:`. */
export type Check = HttpCheck | CommandCheck;

export function isHttpCheck(check: Check): check is HttpCheck {
  return 'http' in check;
}

const jsonExpectation = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.strictObject({
    exists: z.boolean().optional().describe('Whether it must be there at all.'),
    contains: z.string().min(1).optional().describe('The text has this in it.'),
    minLength: z.int().min(1).optional().describe('Characters of a text, entries of a list.'),
  }),
]);

/** What a check may say beside its address and status, as it stands in the config and in stored plans. */
export const checkDetails = {
  from: z.enum(['bot', 'host']).optional().describe('Who asks: the bot, or the host that is deployed to.'),
  post: z.json().optional().describe('Sent as JSON by POST.'),
  contains: z.string().min(1).optional().describe('Text that the answer must contain.'),
  minLength: z.int().min(1).optional().describe('Characters that the answer must have at least.'),
  json: z
    .record(z.string().min(1), jsonExpectation)
    .optional()
    .describe('What must stand in a JSON answer, by path such as data.items.0.name.'),
};

/** Checks as they come back from the database, where they are part of a step’s input. */
export const storedHttpChecks = z.array(
  z.object({
    http: z.string(),
    status: z.number(),
    successes: z.number(),
    timeout: z.number(),
    ...checkDetails,
  }),
);

/** Checks of every sort as they come back from the database. */
export const storedChecks = z.array(
  z.union([
    storedHttpChecks.element,
    z.object({
      command: z.tuple([z.string()], z.string()),
      service: z.string().optional(),
      contains: z.string().optional(),
      timeout: z.number(),
    }),
  ]),
);

/** A check of any sort as part of a step’s input. */
export function storeCheck(check: Check): JsonObject {
  if (isHttpCheck(check)) return storeHttpCheck(check);
  const stored: { [key: string]: Json } = JSON.parse(JSON.stringify(check));
  return stored;
}

/** A check as part of a step’s input. */
export function storeHttpCheck(check: HttpCheck): JsonObject {
  const { http, from, status, successes, timeout, post, contains, minLength, json } = check;
  const all = { http, from, status, successes, timeout, post, contains, minLength, json };
  const stored: { [key: string]: Json } = JSON.parse(JSON.stringify(all));
  return stored;
}

/** How a check ended; `detail` is for people: “GET /health answered 503 (wanted 200), 3 of 5”. */
export interface CheckResult {
  readonly ok: boolean;
  readonly detail: string;
}

/** Sends checks to an address until they pass as often as they must, or one of them fails for good. */
export interface HttpChecker {
  run(request: {
    readonly checks: readonly HttpCheck[];
    /** Where paths are resolved: the tagged revision's URL, or the service's. */
    readonly baseUrl: string;
    /**
     * Milliseconds during which wrong answers are forgiven, until the first right one: an address that
     * was made a moment ago is not known everywhere at once. Nothing is forgiven when it is absent.
     */
    readonly settle?: number;
    /** The run rejects with its reason once it is aborted. */
    readonly signal: AbortSignal;
  }): Promise<CheckResult>;
}

/** Milliseconds that checks may take at most. */
export function longestChecks(checks: readonly Check[]): number {
  return checks.reduce(
    (sum, check) => sum + (isHttpCheck(check) ? check.successes : 1) * (check.timeout + 100),
    0,
  );
}
