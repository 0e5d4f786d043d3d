import { z } from 'zod';
import type { ConfigPath } from './problem.ts';
import { configSchema } from './schema.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

let known: JsonSchema | null = null;

/** The JSON Schema (draft 2020-12) of what people write in `slipway.yaml`, for editors to complete and check. */
export function configJsonSchema(): JsonSchema {
  known ??= createSchema();
  return known;
}

function createSchema(): JsonSchema {
  const schema = z.toJSONSchema(configSchema, { io: 'input' });
  return {
    title: 'Slipway',
    description: 'slipway.yaml: what can be deployed, where, and by whom.',
    ...schema,
  };
}

/** The keys that may stand in the map at a path of what the schema describes, in its order. */
export function keysAt(path: ConfigPath, root: JsonSchema): readonly string[] {
  const schemas = path.reduce<readonly JsonSchema[]>(
    (found, part) => found.flatMap((schema) => childrenOf(schema, part)),
    [root],
  );
  return [
    ...new Set(schemas.flatMap(alternatives).flatMap(({ properties }) => Object.keys(properties ?? {}))),
  ];
}

function childrenOf(schema: JsonSchema, part: string | number): readonly JsonSchema[] {
  return alternatives(schema).flatMap(({ properties, additionalProperties, items }) => {
    const own = Object.hasOwn(properties ?? {}, part) ? properties?.[part] : undefined;
    const child = typeof part === 'number' ? items : (own ?? additionalProperties);
    return typeof child === 'object' && !Array.isArray(child) ? [child] : [];
  });
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return schema.oneOf ?? schema.anyOf ?? [schema];
}
