import { z } from 'zod';
import { type Digest, isDigest, shortDigest } from '../../src/domain/artifact.ts';
import { type ComposeBinding, type Part, partsOf } from './binding.ts';
import type { Serving } from './inspect.ts';
import type { ProjectReading } from './project.ts';
import { runningImages, valuesOf } from './project.ts';

const digest = z.string().refine(isDigest);

/** What is to run, as a step's input holds it: contents by service, and the tag by which compose finds them. */
export const release = z.object({
  version: z.string(),
  tag: z.string().regex(/^\w[\w.-]{0,127}$/),
  digests: z.record(z.string(), digest),
});
export type Release = z.output<typeof release>;

/** How the project was found when a plan was made. */
export const found = z.object({
  /** What the environment file set, by variable. */
  values: z.record(z.string(), z.string().nullable()),
  /** Ids of the images that ran, by service. */
  images: z.record(z.string(), z.array(z.string())),
  version: z.string().nullable(),
  digests: z.record(z.string(), digest).nullable(),
  since: z.string().nullable(),
});
export type Found = z.output<typeof found>;

/** The tag of a version; a digest is no tag, so it gets one that tells it. */
export function tagOf(version: string): string {
  return isDigest(version) ? `sha256-${shortDigest(version)}` : version;
}

/** The services that a release is for. */
export function partsIn(
  { config }: Pick<ComposeBinding, 'config'>,
  { digests }: Pick<Release, 'digests'>,
): readonly Part[] {
  return partsOf(config).filter(({ name }) => Object.hasOwn(digests, name));
}

export function contentOf({ digests }: Pick<Release, 'digests'>, part: string): Digest {
  const content = digests[part];
  if (content === undefined) throw new Error(`nothing is released for ${part}`);
  return content;
}

/** How these services are now. */
export function foundIn(parts: readonly Part[], reading: ProjectReading, serving: Serving | null): Found {
  const names = parts.map(({ name }) => name);
  return {
    values: { ...valuesOf({ parts }, reading) },
    images: Object.fromEntries(
      Object.entries(runningImages(names, reading)).map(([name, ids]) => [name, [...ids]]),
    ),
    version: serving?.version ?? null,
    digests: serving?.digests ?? null,
    since: serving?.since ?? null,
  };
}
