import { stringify } from 'yaml';
import type { JsonSchema } from './json-schema.ts';

/** A key that may stand in the config, as the reference tells it. */
export interface ReferenceKey {
  readonly name: string;
  /** Null where the schema says nothing. */
  readonly description: string | null;
  readonly required: boolean;
  /** As it would be written; null without one. */
  readonly byDefault: string | null;
  /** From the config of examples; null where it has none. */
  readonly example: string | null;
}

/** The keys of one map: `services.NAME.environments.NAME.target` of one kind. */
export interface ReferenceSection {
  readonly path: string;
  readonly kind: string | null;
  readonly description: string | null;
  readonly keys: readonly ReferenceKey[];
}

/** Longer ones are maps and lists, whose own sections have examples. */
const LONGEST_EXAMPLE = 90;

/** Every map that a config may hold, in the schema's order, with an example of each key from `example`. */
export function referenceOf(schema: JsonSchema, example: unknown): readonly ReferenceSection[] {
  return sectionsAt({ schema, path: '', values: [example] });
}

/** The reference as a page of Markdown. */
export function referencePage(sections: readonly ReferenceSection[]): string {
  return `${[HEAD, ...sections.map(sectionText)].join('\n\n')}\n`;
}

const HEAD = `# Configuration reference

Every key of \`slipway.yaml\`, generated from its schema by \`npm run docs\`: do not edit. [Configuration](configuration.md)
explains how they work together. The examples are those of [\`every-key.yaml\`](../manifests/examples/every-key.yaml),
which is valid as a whole. \`NAME\` stands for a name that you choose, \`[]\` for each entry of a list.`;

interface Place {
  readonly schema: JsonSchema;
  readonly path: string;
  /** What the examples have here. */
  readonly values: readonly unknown[];
}

function sectionsAt(place: Place): readonly ReferenceSection[] {
  return alternatives(place.schema).flatMap((schema) => {
    const kind = kindOf(schema);
    const values =
      kind === null ? place.values : place.values.filter((value) => member(value, 'kind') === kind);
    const here = { schema, path: place.path, values };
    return [...ownSection(here, kind), ...below(here)];
  });
}

function ownSection({ schema, path, values }: Place, kind: string | null): readonly ReferenceSection[] {
  const properties = Object.entries(schema.properties ?? {}).filter(([, property]) => mayStand(property));
  if (properties.length === 0) return [];
  const keys = properties.map(([name, property]) => {
    const part = asSchema(property);
    const found = values.map((value) => member(value, name)).filter((value) => value !== undefined);
    return {
      name,
      description:
        name === 'kind' && kind !== null ? 'Which of the kinds it is.' : (part.description ?? null),
      required: schema.required?.includes(name) ?? false,
      byDefault: part.default === undefined ? null : written(part.default),
      example: found.length === 0 ? null : written(found[0]),
    };
  });
  return [{ path, kind, description: schema.description ?? null, keys }];
}

function below({ schema, path, values }: Place): readonly ReferenceSection[] {
  const keys = Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    sectionsAt({
      schema: asSchema(property),
      path: path === '' ? name : `${path}.${name}`,
      values: values.map((value) => member(value, name)),
    }),
  );
  const named = asSchema(schema.additionalProperties);
  const entries = asSchema(Array.isArray(schema.items) ? undefined : schema.items);
  return [
    ...keys,
    ...sectionsAt({ schema: named, path: `${path}.NAME`, values: values.flatMap(membersOf) }),
    ...sectionsAt({ schema: entries, path: `${path}[]`, values: values.flatMap(entriesOf) }),
  ];
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const all = schema.oneOf ?? schema.anyOf;
  return all === undefined ? (Object.keys(schema).length === 0 ? [] : [schema]) : all.map(asSchema);
}

/** What is no schema of a map or a value describes nothing. */
function asSchema(part: unknown): JsonSchema {
  return isSchema(part) ? part : {};
}

/** False for a key that is there only to say why it may not be. */
function mayStand(property: unknown): boolean {
  return asSchema(property).not === undefined;
}

function isSchema(part: unknown): part is JsonSchema {
  return typeof part === 'object' && part !== null && !Array.isArray(part);
}

function kindOf(schema: JsonSchema): string | null {
  const kind = asSchema(schema.properties?.kind).const;
  return typeof kind === 'string' ? kind : null;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Reflect.get(value, name)
    : undefined;
}

function membersOf(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.values(value) : [];
}

function entriesOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** On one line, as it may be written into the file. */
function written(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trim();
}

function sectionText({ path, kind, description, keys }: ReferenceSection): string {
  const title =
    path === '' ? 'The top of the file' : `\`${path}\`${kind === null ? '' : ` of kind \`${kind}\``}`;
  const rows = keys.map(keyText);
  return [
    `## ${title}`,
    ...(description === null || path === '' ? [] : [description]),
    ['| key | example | default | what it is |', '|---|---|---|---|', ...rows].join('\n'),
  ].join('\n\n');
}

function keyText({ name, description, required, byDefault, example }: ReferenceKey): string {
  const fallback = required ? '*needed*' : byDefault === null ? '–' : inCode(byDefault);
  return `| \`${name}\` | ${example === null ? '' : inCode(example)} | ${fallback} | ${cell(description ?? '')} |`;
}

function inCode(text: string): string {
  return text.length > LONGEST_EXAMPLE ? 'see below' : `\`${text.replaceAll('|', '\\|')}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
