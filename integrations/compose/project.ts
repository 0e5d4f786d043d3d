import { z } from 'zod';
import { type Digest, isDigest } from '../../src/domain/artifact.ts';
import { TargetError } from '../target.ts';
import type { ComposeBinding } from './binding.ts';
import { dockerError } from './docker-errors.ts';
import { readVariable } from './env-file.ts';

/** A container of the project; those of `run --rm` do not count. */
export interface Container {
  readonly service: string;
  readonly id: string;
  readonly name: string;
  /** The id of its image, which is that of the content here and nowhere else. */
  readonly imageId: string;
  /** `registry.example/api@sha256:…`: the names that registries have for its image. */
  readonly digests: readonly string[];
  readonly status: string;
  /** Null where it has no health check. */
  readonly health: string | null;
  readonly exitCode: number;
  readonly restarts: number;
  readonly createdAt: string;
  /** What compose made it from, by compose’s own reckoning; null where it did not note it. */
  readonly configHash: string | null;
}

/** A name of an image that is on the host. */
export interface LocalImage {
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: Digest | null;
  readonly id: string;
}

/** The project as it is on the host at one moment. */
export interface ProjectReading {
  readonly containers: readonly Container[];
  readonly images: readonly LocalImage[];
  /** The environment file as it is, in Latin-1 so that every byte survives; null when there is none. */
  readonly environment: string | null;
  readonly journal: string | null;
}

/** What Slipway keeps in the project's directory: which versions were deployed, and when. */
export const JOURNAL = '.slipway.json';

/** Arguments: directory, environment file, journal, project, image repositories. Prints parts behind “--” lines. */
const READ = `
cd -- "$1" || exit 3
environment=$2; journal=$3; project=$4; shift 4
file() { if [ -e "$1" ]; then echo yes; base64 <"$1" | tr -d '\\n' || exit 4; echo; else echo no; echo; fi; }
file "./$environment"
file "./$journal"
ids=$(docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$project") || exit 5
if [ -n "$ids" ]; then
  docker inspect $ids || exit 5
  echo --
  docker image inspect $(docker inspect -f '{{.Image}}' $ids | sort -u) || exit 5
else echo '[]'; echo --; echo '[]'; fi
echo --
for repository; do docker images --no-trunc --digests --format '{{json .}}' "$repository" || exit 5; done
`;

const inspected = z.array(
  z.object({
    Id: z.string(),
    Name: z.string(),
    Image: z.string(),
    Created: z.string(),
    RestartCount: z.number().default(0),
    State: z.object({
      Status: z.string(),
      ExitCode: z.number(),
      Health: z.object({ Status: z.string() }).nullish(),
    }),
    Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }),
  }),
);
const inspectedImages = z.array(z.object({ Id: z.string(), RepoDigests: z.array(z.string()).nullish() }));
const listedImage = z.object({ Repository: z.string(), Tag: z.string(), Digest: z.string(), ID: z.string() });

/** Reads all of it in one go. */
export async function readProject(binding: ComposeBinding, signal?: AbortSignal): Promise<ProjectReading> {
  const { host, config, project, parts } = binding;
  const repositories = [...new Set(parts.map(({ image }) => image))];
  const data = [config.directory, config.envFile, JOURNAL, project, ...repositories];
  const argv = ['sh', '-c', READ, 'sh', ...data] as const;
  const end = await host.run({ argv, timeLimit: 60_000 }, signal);
  if (end.status === 3) {
    throw new TargetError(
      'not-found',
      `${host.name} has no directory ${config.directory} that we may enter.`,
    );
  }
  if (end.status !== 0) throw dockerError(host.name, 'reading the project', end.complaint);
  return parsed(end.output, host.name);
}

function parsed(output: string, host: string): ProjectReading {
  const [hasEnvironment = '', environment = '', hasJournal = '', journal = '', ...rest] = output.split('\n');
  const [containers = '', images = '', listed = ''] = rest.join('\n').split(/^--$/m);
  try {
    const digests = new Map(
      inspectedImages.parse(JSON.parse(images)).map(({ Id, RepoDigests }) => [Id, RepoDigests ?? []]),
    );
    return {
      environment: hasEnvironment === 'yes' ? Buffer.from(environment, 'base64').toString('latin1') : null,
      journal: hasJournal === 'yes' ? Buffer.from(journal, 'base64').toString('utf8') : null,
      containers: readContainers(containers, digests),
      images: listed
        .split('\n')
        .filter((line) => line !== '')
        .map(readImage),
    };
  } catch (cause) {
    throw new TargetError('invalid', `Docker on ${host} answers in a way that is not understood.`, { cause });
  }
}

/** What `docker inspect` printed of a project's containers; those of `run --rm` are left out. */
export function readContainers(
  printed: string,
  digests: ReadonlyMap<string, readonly string[]> = new Map(),
): readonly Container[] {
  return inspected.parse(JSON.parse(printed)).flatMap((one) => containerOf(one, digests));
}

function containerOf(
  one: z.output<typeof inspected>[number],
  digests: ReadonlyMap<string, readonly string[]>,
): readonly Container[] {
  const labels = one.Config.Labels ?? {};
  if (labels['com.docker.compose.oneoff']?.toLowerCase() === 'true') return [];
  return [
    {
      service: labels['com.docker.compose.service'] ?? '',
      id: one.Id,
      name: one.Name.replace(/^\//, ''),
      imageId: one.Image,
      digests: digests.get(one.Image) ?? [],
      status: one.State.Status,
      health: one.State.Health?.Status ?? null,
      exitCode: one.State.ExitCode,
      restarts: one.RestartCount,
      createdAt: one.Created,
      configHash: labels['com.docker.compose.config-hash'] ?? null,
    },
  ];
}

/** A line of `docker images --format '{{json .}}'`. */
export function readImage(line: string): LocalImage {
  return imageOf(listedImage.parse(JSON.parse(line)));
}

function imageOf({ Repository, Tag, Digest: digest, ID }: z.output<typeof listedImage>): LocalImage {
  const none = (word: string) => (word === '<none>' || word === '' ? null : word);
  return { repository: Repository, tag: none(Tag), digest: isDigest(digest) ? digest : null, id: ID };
}

/** What the environment file sets each of the parts' variables to. */
export function valuesOf(
  { parts }: Pick<ComposeBinding, 'parts'>,
  { environment }: Pick<ProjectReading, 'environment'>,
): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    parts.map(({ variable }) => [variable, readVariable(environment ?? '', variable)]),
  );
}

/** The images that run, by service; services without a running container are left out. */
export function runningImages(
  services: readonly string[],
  { containers }: Pick<ProjectReading, 'containers'>,
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    services.flatMap((service) => {
      const own = containers.filter((one) => one.service === service && one.status === 'running');
      const ids = [...new Set(own.map(({ imageId }) => imageId))].sort();
      return ids.length === 0 ? [] : [[service, ids]];
    }),
  );
}

/** The digests by which that repository may know what a service runs: those that all its containers share. */
export function servingDigests(
  { name, image }: { readonly name: string; readonly image: string },
  { containers }: Pick<ProjectReading, 'containers'>,
): readonly Digest[] {
  const own = containers.filter((one) => one.service === name && one.status === 'running');
  const known = own.map(({ digests }) =>
    digests.flatMap((digest) => {
      const [repository, hash = ''] = digest.split('@');
      return repository === image && isDigest(hash) ? [hash] : [];
    }),
  );
  const [first = [], ...others] = known;
  return first.filter((digest) => others.every((some) => some.includes(digest)));
}
