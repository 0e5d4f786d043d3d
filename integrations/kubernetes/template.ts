import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Digest, isDigest } from '../../src/domain/artifact.ts';
import { canonicalJson, type Json, type JsonObject } from '../../src/domain/json.ts';
import { TargetError } from '../target.ts';

/** A pod template is kept as the API has it; only its containers are looked into. */
export type PodTemplate = JsonObject;

/** Labels and keys that controllers add to the templates they keep. */
const CONTROLLER_LABELS = ['pod-template-hash', 'rollouts-pod-template-hash'];

/** Where a Rollout’s controller notes what it has added to a template for as long as that is canary, or stable. */
const PASSING = 'rollout.argoproj.io/ephemeral-metadata';

const containers = z.object({
  spec: z.object({ containers: z.array(z.looseObject({ name: z.string(), image: z.string().default('') })) }),
});

/** The image of a container, and its place in the list; null when there is no such container. */
export function containerOf(
  template: PodTemplate,
  name: string,
): { readonly index: number; readonly image: string } | null {
  const list = containersOf(template);
  const index = list.findIndex((one) => one.name === name);
  const found = list[index];
  return found === undefined ? null : { index, image: found.image };
}

export function containerNames(template: PodTemplate): readonly string[] {
  return containersOf(template).map(({ name }) => name);
}

function containersOf(template: PodTemplate): readonly { readonly name: string; readonly image: string }[] {
  const parsed = containers.safeParse(template);
  return parsed.success ? parsed.data.spec.containers : [];
}

/** The template with another image in one container; everything else stays as it is. */
export function withImage(template: PodTemplate, container: string, image: string): PodTemplate {
  const { spec } = template;
  if (!isObject(spec) || !Array.isArray(spec.containers)) throw noContainer(template, container);
  const changed = spec.containers.map((one: Json) =>
    isObject(one) && one.name === container ? { ...one, image } : one,
  );
  return { ...template, spec: { ...spec, containers: changed } };
}

export function noContainer(template: PodTemplate, container: string): TargetError {
  const names = containerNames(template);
  return new TargetError(
    'invalid',
    `There is no container ${container} in it; it has: ${names.join(', ') || 'none'}. Correct \`container\` in the config.`,
  );
}

/** A template as a controller keeps it, without what the controller has added. */
export function plainTemplate(kept: JsonObject): PodTemplate {
  const { $patch: _, metadata, ...rest } = kept;
  if (!isObject(metadata)) return metadata === undefined ? rest : { ...rest, metadata };
  const { labels } = metadata;
  if (!isObject(labels)) return { ...rest, metadata };
  const own = Object.entries(labels).filter(([name]) => !CONTROLLER_LABELS.includes(name));
  return { ...rest, metadata: { ...metadata, labels: Object.fromEntries(own) } };
}

const passing = z.object({
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
});

/** A kept template without the labels and annotations that a Rollout’s controller gives and takes by itself. */
export function withoutPassing(kept: JsonObject, noted: Readonly<Record<string, string>>): JsonObject {
  const { metadata } = kept;
  const note = noted[PASSING];
  if (note === undefined || !isObject(metadata)) return kept;
  const added = passing.parse(JSON.parse(note));
  const { labels, annotations } = metadata;
  return {
    ...kept,
    metadata: {
      ...metadata,
      labels: without(labels, added.labels),
      annotations: without(annotations, added.annotations),
    },
  };
}

function without(map: Json | undefined, added: Readonly<Record<string, string>>): Json {
  if (!isObject(map)) return {};
  return Object.fromEntries(Object.entries(map).filter(([key]) => !Object.hasOwn(added, key)));
}

/** The same for the same template, however the API spells what is not set. */
export function templateHash(template: PodTemplate): string {
  return createHash('sha256')
    .update(canonicalJson(withoutNothing(plainTemplate(template)) ?? null))
    .digest('hex')
    .slice(0, 32);
}

/** Leaves out nulls, and objects without members: the API sends them or not. */
function withoutNothing(value: Json): Json | undefined {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map((one: Json) => withoutNothing(one) ?? null);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).flatMap(([key, one]) => {
    const rest = withoutNothing(one);
    return rest === undefined ? [] : [[key, rest] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** The digest by which an image is named: `registry.example/api@sha256:…`; null for a tag. */
export function namedDigest(image: string): Digest | null {
  const digest = image.slice(image.indexOf('@') + 1);
  return image.includes('@') && isDigest(digest) ? digest : null;
}

/** The tag of an image that is named by one: `registry.example:5000/api:v1` → `v1`. */
export function namedTag(image: string): string | null {
  const name = image.split('@')[0] ?? '';
  return /:([\w][\w.-]*)$/.exec(name.slice(name.lastIndexOf('/') + 1))?.[1] ?? null;
}

/** The repository of an image, without tag and digest. */
export function repositoryOf(image: string): string {
  const name = image.split('@')[0] ?? '';
  const slash = name.lastIndexOf('/');
  return `${name.slice(0, slash + 1)}${name.slice(slash + 1).split(':')[0]}`;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
