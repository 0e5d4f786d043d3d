import { createHash } from 'node:crypto';
import type { Digest } from '../../src/domain/artifact.ts';
import { canonicalJson } from '../../src/domain/json.ts';
import type { Health, LiveState, Revision } from '../../src/domain/live-state.ts';
import { type Headroom, headroomLine, readHeadroom, shortages } from '../headroom.ts';
import { TargetError } from '../target.ts';
import type { ComposeBinding } from './binding.ts';
import { type JournalEntry, readJournal, releaseName } from './journal.ts';
import {
  type Container,
  type ProjectReading,
  readProject,
  runningImages,
  servingDigests,
  valuesOf,
} from './project.ts';

/** What runs now, as far as registries have a name for it. */
export interface Serving {
  readonly version: string | null;
  /** By service; only when every service that is deployed has one. */
  readonly digests: Readonly<Record<string, Digest>> | null;
  readonly since: string;
}

/** Reads what the project is doing. */
export async function inspect(binding: ComposeBinding): Promise<LiveState> {
  const [reading, headroom] = await Promise.all([
    readProject(binding),
    readHeadroom(binding.host, binding.config.directory),
  ]);
  const serving = await readServing(binding, reading);
  const revisions = revisionsOf(binding, reading, serving);
  const current = serving === null ? null : nameOf(serving, reading, binding);
  return {
    traffic: current === null ? [] : [{ revision: current, percent: 100 }],
    revisions,
    health: healthOf(
      binding.parts.map(({ name }) => name),
      reading.containers,
    ),
    url: binding.config.url ?? null,
    fingerprint: fingerprintOf(binding, reading),
    notes: notesOf(binding, reading, headroom),
  };
}

/** Null when not every service that is deployed has a running container. */
export async function readServing(binding: ComposeBinding, reading: ProjectReading): Promise<Serving | null> {
  const own = binding.parts.map((part) => ({ part, found: servingDigests(part, reading) }));
  const containers = reading.containers.filter(
    ({ service, status }) => status === 'running' && binding.parts.some(({ name }) => name === service),
  );
  const isComplete = binding.parts.every(({ name }) => containers.some(({ service }) => service === name));
  if (!isComplete) return null;
  const journal = readJournal(reading.journal).toReversed();
  const entry = journal.find(({ digests }) =>
    own.every(({ part, found }) => found.some((digest) => digests[part.name] === digest)),
  );
  const since =
    containers
      .map(({ createdAt }) => createdAt)
      .sort()
      .at(-1) ?? '';
  if (entry !== undefined) return { version: entry.version, digests: entry.digests, since };
  const digests = Object.fromEntries(
    own.flatMap(({ part, found }) => found.slice(0, 1).map((one) => [part.name, one])),
  );
  const isKnown = Object.keys(digests).length === own.length;
  const version = await publishedVersion(binding, reading, own[0]?.found ?? []);
  return { version, digests: isKnown ? digests : null, since };
}

/** The version that the environment file names if it is that content, else what the registry calls it. */
async function publishedVersion(
  binding: ComposeBinding,
  reading: ProjectReading,
  digests: readonly Digest[],
): Promise<string | null> {
  const [main] = binding.parts;
  if (main === undefined) return null;
  const value = valuesOf(binding, reading)[main.variable] ?? null;
  const isSo = reading.images.some(
    ({ repository, tag, digest }) =>
      repository === main.image && tag === value && digest !== null && digests.includes(digest),
  );
  if (isSo) return value;
  try {
    const named = await Promise.all(
      digests.map((digest) => binding.artifacts(main.image).versionsOf(digest)),
    );
    return named.flat()[0] ?? null;
  } catch (error) {
    if (error instanceof TargetError) return null;
    throw error;
  }
}

/** Newest first; each content once, by when it was last begun. */
function revisionsOf(
  binding: ComposeBinding,
  reading: ProjectReading,
  serving: Serving | null,
): readonly Revision[] {
  const revisions = new Map<string, Revision>();
  const current = serving === null ? null : nameOf(serving, reading, binding);
  if (serving !== null && current !== null) {
    const digest = digestOf(binding, serving.digests);
    const { version, since } = serving;
    revisions.set(current, { name: current, digest, version, createdAt: since, ready: { is: true } });
  }
  for (const entry of readJournal(reading.journal).toReversed()) {
    const name = releaseName(entry.digests);
    if (revisions.has(name)) continue;
    const ready = isLocal(binding, reading, entry)
      ? ({ is: true } as const)
      : ({ is: false, reason: 'its images are not on the host any more' } as const);
    const { version, at } = entry;
    revisions.set(name, { name, digest: digestOf(binding, entry.digests), version, createdAt: at, ready });
  }
  return [...revisions.values()];
}

/** True if everything that the entry needs is on the host. */
export function isLocal(
  binding: ComposeBinding,
  reading: ProjectReading,
  { digests }: JournalEntry,
): boolean {
  return binding.parts.every(({ name, image }) =>
    reading.images.some((one) => one.repository === image && one.digest === digests[name]),
  );
}

function digestOf({ parts }: ComposeBinding, digests: Serving['digests']): Digest | null {
  const [main] = parts;
  return main === undefined ? null : (digests?.[main.name] ?? null);
}

/** By digest; where no registry knows it, by what the host calls it. */
function nameOf({ digests }: Serving, reading: ProjectReading, binding: ComposeBinding): string {
  if (digests !== null) return releaseName(digests);
  return fingerprintOf(binding, reading).slice(0, 12);
}

/** Over what the deployed services run. */
export function fingerprintOf({ parts }: Pick<ComposeBinding, 'parts'>, reading: ProjectReading): string {
  const images = runningImages(
    parts.map(({ name }) => name),
    reading,
  );
  return createHash('sha256').update(canonicalJson(images)).digest('hex').slice(0, 32);
}

/** Why a container is not well, for people; null when it is, or is still starting. */
export function ailment({ name, status, health, exitCode, restarts }: Container): string | null {
  if (status === 'restarting')
    return `${name} ends again and again (status ${exitCode}, ${restarts} restarts)`;
  if (status === 'exited' || status === 'dead') return `${name} ended with status ${exitCode}`;
  if (health === 'unhealthy') return `${name} runs but its health check fails`;
  return null;
}

/** How the project is: what is deployed must run, and all of it well. */
export function healthOf(services: readonly string[], containers: readonly Container[]): Health {
  const missing = services.find((name) => !containers.some(({ service }) => service === name));
  if (missing !== undefined) return { status: 'unhealthy', reason: `${missing} does not run.` };
  const deployed = (one: Container) => services.includes(one.service);
  const ill = containers.filter((one) => ailment(one) !== null && !isFinished(one));
  const [worst] = [...ill.filter(deployed), ...ill];
  if (worst === undefined) return { status: 'healthy' };
  return { status: deployed(worst) ? 'unhealthy' : 'degraded', reason: `${ailment(worst)}.` };
}

/** A service that does something once and ends well is not ill. */
export function isFinished({ status, exitCode }: Container): boolean {
  return status === 'exited' && exitCode === 0;
}

function notesOf(
  { host, parts }: ComposeBinding,
  { containers }: ProjectReading,
  headroom: Headroom,
): readonly string[] {
  const lines = containers.map(({ service, status, health, digests }) => {
    const image = parts.find(({ name }) => name === service)?.image;
    const digest = digests.find((one) => image !== undefined && one.startsWith(`${image}@`));
    const content = digest === undefined ? '' : `, ${digest.split('@')[1]?.slice(7, 19) ?? ''}`;
    return `${service}: ${health === null ? status : `${status}, ${health}`}${content}`;
  });
  return [...lines.sort(), headroomLine(host.name, headroom), ...shortages(host.name, headroom)];
}
