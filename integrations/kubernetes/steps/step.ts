import { z } from 'zod';
import { isDigest } from '../../../src/domain/artifact.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { actionsWith } from '../../step-action.ts';
import type { StepContext } from '../../target.ts';
import type { KubernetesBinding } from '../binding.ts';

/** One step under way: the target, and the operation that it belongs to. */
export interface StepRun {
  readonly binding: KubernetesBinding;
  readonly context: StepContext;
}

export const { defineAction, defineLook } = actionsWith<StepRun>();

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
