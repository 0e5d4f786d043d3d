import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** The types that a Service is made of: fields with the names of their types, `text[]` and `Container[]` for lists. */
const described = z.object({
  annotations: z.record(z.string(), z.array(z.string())),
  types: z.record(z.string(), z.record(z.string(), z.string())),
});

/** What the Cloud Run Admin API v1, which `gcloud run services replace` speaks to, says of its types. */
export interface CloudRunApi {
  /** One sentence for each thing in a value that the API does not have, or does not do. */
  misfits(value: unknown, type: string): readonly string[];
  /** The annotations that a resource (`Service`, `Revision`) may have. */
  annotations(resource: string): readonly string[];
}

export function readCloudRunApi(): CloudRunApi {
  const file = path.join(import.meta.dirname, 'cloud-run-v1.json');
  const { annotations, types } = described.parse(JSON.parse(readFileSync(file, 'utf8')));
  return {
    misfits: (value, type) => misfits(types, { value, type, where: '' }),
    annotations: (resource) => annotations[resource] ?? [],
  };
}

interface Asked {
  readonly value: unknown;
  readonly type: string;
  /** `.spec.template` */
  readonly where: string;
}

function misfits(types: z.output<typeof described>['types'], asked: Asked): readonly string[] {
  const { value, type, where } = asked;
  if (type === 'not supported') return [`${where} is not supported by Cloud Run`];
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) return [`${where} is no list`];
    const element = type.slice(0, -2);
    return value.flatMap((one, n) => misfits(types, { value: one, type: element, where: `${where}[${n}]` }));
  }
  const fields = types[type];
  if (fields === undefined && type !== 'texts')
    return typeof value === type ? [] : [`${where} is no ${type}`];
  if (!isObject(value)) return [`${where} is no ${type}`];
  return Object.entries(value).flatMap(([name, one]) => {
    const at = `${where}.${name}`;
    const known = fields === undefined ? 'string' : fields[name];
    if (known === undefined) return [`${at}: ${type} has no such field`];
    return misfits(types, { value: one, type: known, where: at });
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
