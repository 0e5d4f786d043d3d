import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Artifact, type Digest, isDigest } from '../../src/domain/artifact.ts';
import type { ArtifactSource } from '../artifacts.ts';
import { TargetError } from '../target.ts';
import { newestFirst } from '../version-order.ts';
import { RegistryClient, type RegistryClientOptions } from './client.ts';
import { parseRepository, type Repository } from './repository.ts';

/** Single images and indexes, in OCI's and in Docker's media types. */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** What a tag may be (Distribution specification); nothing else is asked for. */
const TAG = /^\w[\w.-]{0,127}$/;
const PAGE = 1_000;
/** More pages than this are a registry that goes round in circles. */
const MOST_PAGES = 100;
/** How many of the newest tags are asked for their content, and how many at once. */
const INDEXED = 50;
const AT_ONCE = 8;
/** Milliseconds for which an index of tags by content is good. */
const INDEX_LIFETIME = 60_000;

/** Of an image index (OCI image specification), and of Docker's manifest list. */
const imageIndex = z.object({ manifests: z.array(z.object({ digest: z.string() })) });

const tagList = z.object({ tags: z.array(z.string()).nullish() });

/** The versions of one image repository, by its tags. */
export function createRegistrySource(
  options: { readonly image: string } & Omit<RegistryClientOptions, 'repository'>,
): ArtifactSource {
  const repository = parseRepository(options.image);
  const client = new RegistryClient({ ...options, repository });
  const versions = async (limit: number) => newestFirst(await listTags(client, repository)).slice(0, limit);
  return {
    resolve: (version) => resolve(client, repository, version),
    versions,
    manifestsOf: (digest) => manifestsOf(client, repository, digest),
    versionsOf: createIndex({
      build: async () => indexByDigest(client, repository, await versions(INDEXED)),
      now: options.now ?? Date.now,
    }),
  };
}

async function resolve(
  client: RegistryClient,
  repository: Repository,
  version: string,
): Promise<Artifact | null> {
  if (!isDigest(version) && !TAG.test(version)) return null;
  const digest = await digestOf(client, repository, version);
  if (digest === null) return null;
  if (isDigest(version) && digest !== version) throw wrongContent(repository, version);
  return { version, digest, reference: `${repository.image}@${digest}` };
}

/** By the header of a HEAD; by hashing the manifest where the registry does not say it. */
async function digestOf(
  client: RegistryClient,
  repository: Repository,
  reference: string,
): Promise<Digest | null> {
  const path = `manifests/${reference}`;
  const head = await client.request('HEAD', path, MANIFESTS);
  if (head.status === 404) return null;
  const told = head.headers.get('docker-content-digest');
  if (told !== null && isDigest(told)) return told;
  const answer = await client.request('GET', path, MANIFESTS);
  if (answer.status === 404) return null;
  const digest = digestOfContent(Buffer.from(await answer.arrayBuffer()));
  const claimed = answer.headers.get('docker-content-digest');
  if (claimed !== null && claimed !== digest) throw wrongContent(repository, reference);
  return digest;
}

async function manifestsOf(
  client: RegistryClient,
  repository: Repository,
  digest: Digest,
): Promise<readonly Digest[]> {
  const answer = await client.request('GET', `manifests/${digest}`, MANIFESTS);
  if (answer.status === 404) return [];
  const body = Buffer.from(await answer.arrayBuffer());
  if (digestOfContent(body) !== digest) throw wrongContent(repository, digest);
  const parsed = imageIndex.safeParse(parseJson(body));
  return parsed.success ? parsed.data.manifests.map((one) => one.digest).filter(isDigest) : [];
}

function digestOfContent(body: Buffer): Digest {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

function wrongContent(repository: Repository, reference: string): TargetError {
  return new TargetError(
    'invalid',
    `The registry ${repository.host} answered ${reference} with content that does not have the digest that it claims.`,
  );
}

async function listTags(client: RegistryClient, repository: Repository): Promise<readonly string[]> {
  const tags: string[] = [];
  let next: string | null = `tags/list?n=${PAGE}`;
  for (let page = 0; next !== null && page < MOST_PAGES; page += 1) {
    const answer: Response = await client.request('GET', next, 'application/json');
    if (answer.status === 404) {
      throw new TargetError(
        'not-found',
        `The registry ${repository.host} has no repository ${repository.name}. Check the service’s image in the config.`,
      );
    }
    const parsed = tagList.safeParse(await answer.json().catch(() => null));
    if (!parsed.success) {
      throw new TargetError('unavailable', `${repository.host} answered something that is no list of tags.`);
    }
    tags.push(...(parsed.data.tags ?? []));
    next = nextPage(answer);
  }
  return tags;
}

/** The address in `Link: <…>; rel="next"` (RFC 8288). */
function nextPage(answer: Response): string | null {
  return /<([^>]+)>\s*;\s*rel="?next"?/.exec(answer.headers.get('link') ?? '')?.[1] ?? null;
}

async function indexByDigest(
  client: RegistryClient,
  repository: Repository,
  versions: readonly string[],
): Promise<ReadonlyMap<Digest, readonly string[]>> {
  const index = new Map<Digest, string[]>();
  for (let from = 0; from < versions.length; from += AT_ONCE) {
    const some = versions.slice(from, from + AT_ONCE);
    const digests = await Promise.all(some.map((version) => digestOf(client, repository, version)));
    some.forEach((version, at) => {
      const digest = digests[at];
      if (digest != null) index.set(digest, [...(index.get(digest) ?? []), version]);
    });
  }
  return index;
}

/** Look-ups in an index that is rebuilt when it is old, by one caller for all; an old one is better than none. */
function createIndex(options: {
  readonly build: () => Promise<ReadonlyMap<Digest, readonly string[]>>;
  readonly now: () => number;
}): (digest: Digest) => Promise<readonly string[]> {
  let built: ReadonlyMap<Digest, readonly string[]> | null = null;
  let goodUntil = 0;
  let building: Promise<void> | null = null;
  const rebuild = async () => {
    try {
      built = await options.build();
      goodUntil = options.now() + INDEX_LIFETIME;
    } catch (error) {
      if (built === null) throw error;
    } finally {
      building = null;
    }
  };
  return async (digest) => {
    if (options.now() >= goodUntil) {
      building ??= rebuild();
      await building;
    }
    return built?.get(digest) ?? [];
  };
}
