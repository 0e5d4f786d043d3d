import { z } from 'zod';
import { isDigest } from '../../../src/domain/artifact.ts';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type { StepContext, StepProgress } from '../../target.ts';
import type { KubernetesBinding } from '../binding.ts';

/** One step under way: the target, and the operation that it belongs to. */
export interface StepRun {
  readonly binding: KubernetesBinding;
  readonly context: StepContext;
}

/** What an action does, on input and handles as they come back from the database. */
export interface StepAction {
  start(run: StepRun, input: JsonObject): Promise<StepProgress>;
  resume(run: StepRun, input: JsonObject, handle: Json): Promise<StepProgress>;
}

/** Parses what comes back from the database before the action sees it. */
export function defineAction<I, H>(action: {
  readonly input: z.ZodType<I>;
  readonly handle: z.ZodType<H>;
  start(run: StepRun, input: I): Promise<StepProgress>;
  resume(run: StepRun, input: I, handle: H): Promise<StepProgress>;
}): StepAction {
  return {
    start: (run, input) => action.start(run, action.input.parse(input)),
    resume: (run, input, handle) =>
      action.resume(run, action.input.parse(input), action.handle.parse(handle)),
  };
}

export const digest = z.string().refine(isDigest);

const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json());

const templateChoice = z.object({
  hash: z.string(),
  source: z.union([z.strictObject({ image: z.string() }), z.strictObject({ revision: z.string() })]),
});

/** A {@link TemplateChange} as plans store it. */
export const templateChange = z.object({
  uid: z.string(),
  wanted: templateChoice,
  found: templateChoice,
  foundMarks: z.record(z.string(), z.string().nullable()),
  marks: z.object({ version: z.string().nullable(), digest: digest.nullable() }),
  own: z.object({ steps: z.array(jsonObject).readonly().nullable(), set: z.string() }).exactOptional(),
});
