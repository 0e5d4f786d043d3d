import { z } from 'zod';
import type { Caller } from '../callers.ts';
import type { Payload } from '../entities.ts';
import { type Answer, type Refusal, refuseWith } from '../refusal.ts';
import type { Workspace } from '../workspace.ts';

/** One call of a Web API method with its arguments parsed. */
export interface Call<Arguments> {
  readonly workspace: Workspace;
  readonly caller: Caller;
  readonly args: Arguments;
}

export type Reply = Answer | Refusal;

/** A Web API method: raw arguments in, Slack's JSON out. Access and rates stand in `coverage.ts`. */
export type Method = (workspace: Workspace, caller: Caller, raw: Payload) => Reply | Promise<Reply>;

/** A method from the schema of its arguments and what it does with them. */
export function method<Schema extends z.ZodType>(
  schema: Schema,
  run: (call: Call<z.output<Schema>>) => Reply | Promise<Reply>,
): Method {
  return (workspace, caller, raw) => {
    const parsed = schema.safeParse(raw);
    if (!parsed.success) return refuseWith('invalid_arguments', parsed.error.issues.map(describe(raw)));
    return run({ workspace, caller, args: parsed.data });
  };
}

function describe(raw: Payload): (issue: z.core.$ZodIssue) => string {
  return ({ path, message }) => {
    const name = String(path[0]);
    return raw[name] === undefined ? `missing required field: ${name}` : `${message} [json-pointer:/${name}]`;
  };
}

/** A yes or no: JSON's own, or as a form spells it. */
export const flag = z
  .union([z.boolean(), z.enum(['true', 'false', '1', '0'])])
  .transform((given) => given === true || given === 'true' || given === '1');

export const count = z.coerce.number().int().min(0);

/** A value that forms carry as JSON text. */
export function json<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((given) => (typeof given === 'string' ? (parseJson(given) ?? given) : given), schema);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
