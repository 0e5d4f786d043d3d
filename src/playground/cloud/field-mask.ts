import { z } from 'zod';
import { invalid } from './status-error.ts';

const objectSchema = z.record(z.string(), z.unknown());
type Fields = Readonly<Record<string, unknown>>;

/** Fields of a Service that people may set, in the spelling of a field mask. */
const settable = new Set([
  'annotations',
  'binary_authorization',
  'client',
  'client_version',
  'custom_audiences',
  'default_uri_disabled',
  'description',
  'iap_enabled',
  'ingress',
  'invoker_iam_disabled',
  'labels',
  'launch_stage',
  'scaling',
  'template',
  'traffic',
]);

/**
 * What a Service's fields are after an update (https://google.aip.dev/134). Without paths every field that people
 * may set is replaced; with paths only those, and a path that the request leaves empty clears the field.
 */
export function applyMask(current: Fields, wanted: Fields, paths: readonly string[]): Fields {
  const all = paths.length === 0 || paths.includes('*');
  const masked = (all ? [...settable] : paths).map((path) => path.split('.'));
  return masked.reduce((fields, path) => replaceAt(fields, wanted, path), current);
}

function replaceAt(current: Fields, wanted: Fields, path: readonly string[]): Fields {
  const [head = '', ...rest] = path;
  if (!settable.has(head))
    throw invalid(`Field mask path '${path.join('.')}' is not a field that can be updated.`);
  return replaceField(current, wanted, [head, ...rest]);
}

function replaceField(current: Fields, wanted: Fields, path: readonly string[]): Fields {
  const [head = '', ...rest] = path;
  const key = lowerCamel(head);
  const { [key]: before, ...others } = current;
  const value =
    rest.length === 0 ? wanted[key] : replaceField(fieldsAt(before, head), fieldsAt(wanted[key], head), rest);
  return value === undefined ? others : { ...others, [key]: value };
}

function fieldsAt(value: unknown, name: string): Fields {
  const fields = objectSchema.safeParse(value ?? {});
  if (!fields.success) throw invalid(`A field mask path cannot go through '${name}': it is not a message.`);
  return fields.data;
}

function lowerCamel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
