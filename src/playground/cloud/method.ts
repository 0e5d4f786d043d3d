import type { z } from 'zod';
import { z as zod } from 'zod';
import type { CloudContext } from './context.ts';
import type { Message } from './messages.ts';
import type { Call } from './records.ts';
import { invalid } from './status-error.ts';

/** What the call log says of a mutating call that was performed. */
export type Effect = Pick<
  Call,
  'effect' | 'changed' | 'trafficBefore' | 'trafficAfter' | 'revision' | 'operation'
>;

export interface Performed {
  readonly reply: Message;
  /** Absent for calls that only read or only validate. */
  readonly effect?: Effect;
}

/** A request that was understood. */
export interface ParsedCall {
  /** Full name of the resource, or of the parent, that it is about. */
  readonly resource: string;
  /** What has to be awaited before it can be performed. */
  prepare(context: CloudContext): Promise<void>;
  /** Does it, in one go. Throws a StatusError when the API would refuse. */
  perform(context: CloudContext): Performed;
}

/** One method of the Admin API. */
export interface RunMethod {
  /** Full name of the gRPC service: `google.cloud.run.v2.Services`. */
  readonly service: string;
  readonly rpc: string;
  /** The permission that the caller must have; empty when none is needed. */
  readonly permission: string;
  readonly mutates: boolean;
  parse(request: unknown): ParsedCall;
}

export interface MethodDefinition<Schema extends z.ZodType> {
  readonly service: string;
  readonly rpc: string;
  readonly permission: string;
  readonly mutates?: boolean;
  readonly request: Schema;
  resource(request: z.infer<Schema>): string;
  prepare?(context: CloudContext, request: z.infer<Schema>): Promise<void>;
  perform(context: CloudContext, request: z.infer<Schema>): Performed;
}

export function defineMethod<Schema extends z.ZodType>(definition: MethodDefinition<Schema>): RunMethod {
  const { service, rpc, permission, mutates = false } = definition;
  return {
    service,
    rpc,
    permission,
    mutates,
    parse(raw) {
      const parsed = definition.request.safeParse(raw);
      if (!parsed.success) throw invalid(`Violation in ${rpc}Request: ${zod.prettifyError(parsed.error)}`);
      const request = parsed.data;
      return {
        resource: definition.resource(request),
        prepare: async (context) => definition.prepare?.(context, request),
        perform: (context) => definition.perform(context, request),
      };
    },
  };
}
