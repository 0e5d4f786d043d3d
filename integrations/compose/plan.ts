import type { Artifact, Digest } from '../../src/domain/artifact.ts';
import type { LiveState } from '../../src/domain/live-state.ts';
import { servingRevision } from '../../src/domain/live-state.ts';
import type { PlanEnd, PlannedStep, TargetPlan } from '../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../src/domain/refusal.ts';
import { readHeadroom, shortages } from '../headroom.ts';
import { TargetError } from '../target.ts';
import { resolveVersion } from '../versions.ts';
import type { ComposeBinding, Part } from './binding.ts';
import { configuredImages, shadowed } from './compose.ts';
import { fingerprintOf, readServing } from './inspect.ts';
import { migrateStep, pullStep, tidyStep, upStep, verifyStep, watchStep } from './plan-steps.ts';
import { type ProjectReading, readProject, servingDigests } from './project.ts';
import { type Found, foundIn, type Release, tagOf } from './release.ts';

/** What shipping the artifact would do, to all services or to one of them. Reads only. */
export async function planDeploy(
  binding: ComposeBinding,
  request: { readonly live: LiveState; readonly artifact: Artifact; readonly only: Part | null },
): Promise<Outcome<TargetPlan>> {
  const { live, artifact, only } = request;
  const parts = only === null ? binding.parts : [only];
  if (only !== null) refuseShared(binding, only);
  const [reading, digests] = await Promise.all([
    projectAsSeen(binding, live),
    contentsOf(binding, parts, artifact),
  ]);
  if (!digests.ok) return digests;
  const release: Release = {
    version: artifact.version,
    tag: tagOf(artifact.version),
    digests: digests.value,
  };
  if (isServing(parts, reading, release)) {
    return refuse({ code: 'already-serving', target: binding.ref, version: artifact.version });
  }
  await refuseShadow(binding, parts, release);
  const found = foundIn(parts, reading, await readServing(binding, reading));
  const { version, digest } = artifact;
  // The data is that of the service whose image migrates it.
  const migration = only === null || binding.migration?.service === only.name ? binding.migration : null;
  return accept({
    from: endOf(live),
    to: { version, digest, revision: null },
    artifact,
    ...(only === null ? {} : { part: only.name }),
    steps: [
      pullStep(release),
      ...(migration === null ? [] : [migrateStep(migration, release)]),
      ...runSteps(binding, { title: `Start ${version}`, release, found, alone: only !== null }),
      tidyStep(found),
    ],
    live: live.fingerprint,
    warnings: await warningsOf({ ...binding, migration }, reading),
  });
}

/** What one variable names is changed together, by whoever starts the project next. */
function refuseShared({ parts, config, host }: ComposeBinding, { name, variable }: Part): void {
  const others = parts.filter((other) => other.name !== name && other.variable === variable);
  if (others.length === 0) return;
  throw new TargetError(
    'invalid',
    `${name} cannot be deployed alone on ${host.name}: ${variable} in ${config.envFile} names its version and that of ${others.map((other) => other.name).join(', ')}. Give it a variable of its own under variables.`,
  );
}

/** What starts a release and proves it, for going forward and back alike. */
export function runSteps(
  binding: ComposeBinding,
  {
    title,
    ...input
  }: { readonly title: string; readonly release: Release; readonly found: Found; readonly alone: boolean },
): readonly PlannedStep[] {
  const { checks, watch } = binding;
  return [
    upStep(title, binding, input),
    verifyStep(input.release, checks),
    ...(watch > 0 ? [watchStep(input.release, checks, watch)] : []),
  ];
}

/** The project now, which must still be what `live` was read from. */
export async function projectAsSeen(binding: ComposeBinding, live: LiveState): Promise<ProjectReading> {
  const reading = await readProject(binding);
  if (fingerprintOf(binding, reading) === live.fingerprint) return reading;
  throw new TargetError(
    'conflict',
    `What ${binding.project} runs on ${binding.host.name} changed while this was planned. Ask again.`,
  );
}

export function endOf(live: LiveState): PlanEnd | null {
  const revision = servingRevision(live);
  return revision === null
    ? null
    : { version: revision.version, digest: revision.digest, revision: revision.name };
}

/** The contents of that version, by service; every service must have it. */
export async function contentsOf(
  binding: ComposeBinding,
  parts: readonly Part[],
  artifact: Artifact,
): Promise<Outcome<Readonly<Record<string, Digest>>>> {
  const contents: Record<string, Digest> = {};
  for (const [index, { name, image }] of parts.entries()) {
    if (index === 0) {
      contents[name] = artifact.digest;
      continue;
    }
    const other = await resolveVersion(binding.ref, binding.artifacts(image), artifact.version);
    if (!other.ok) return other;
    contents[name] = other.value.digest;
  }
  return accept(contents);
}

export function isServing(parts: readonly Part[], reading: ProjectReading, { digests }: Release): boolean {
  return parts.every((part) => {
    const content = digests[part.name];
    return content !== undefined && servingDigests(part, reading).includes(content);
  });
}

/** Before anybody is asked: would compose take these images, if the variables are set? */
export async function refuseShadow(
  binding: ComposeBinding,
  parts: readonly Part[],
  { tag }: Release,
): Promise<void> {
  const variables = Object.fromEntries(parts.map(({ variable }) => [variable, tag]));
  const images = await configuredImages(binding, variables);
  const wrong = shadowed({ ...binding, parts }, images, () => tag);
  if (wrong !== null) throw new TargetError('invalid', wrong);
}

async function warningsOf(binding: ComposeBinding, reading: ProjectReading): Promise<readonly string[]> {
  const { host, config, migration, checks } = binding;
  const warnings = [...shortages(host.name, await readHeadroom(host, config.directory))];
  if (migration !== null) {
    warnings.push(`The migration changes data, which undoing does not take back.`);
  }
  if (checks.length === 0) warnings.push('No checks are configured: only the containers will be verified.');
  if (reading.environment === null) warnings.push(`${config.envFile} is not there yet and will be made.`);
  return warnings;
}
