import type { Artifact } from '../../src/domain/artifact.ts';
import { type LiveState, type Revision, servingRevision } from '../../src/domain/live-state.ts';
import type { PlanEnd, PlannedStep, TargetPlan } from '../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../src/domain/refusal.ts';
import { TargetError } from '../target.ts';
import type { CloudRunBinding } from './binding.ts';
import {
  createRevisionStep,
  migrateStep,
  setJobImageStep,
  shiftTrafficStep,
  tidyStep,
  verifyNewStep,
  verifyServingStep,
  watchServingStep,
} from './plan-steps.ts';
import { readService, repositoryOf, type ServiceReading } from './reading.ts';
import { differingSettings } from './settings.ts';
import { jobImage } from './steps/set-job-image.ts';
import { describeShares, sameShares, sharesOf } from './traffic.ts';

/** What shipping the artifact would do. Reads only. */
export async function planDeploy(
  binding: CloudRunBinding,
  { live, artifact }: { readonly live: LiveState; readonly artifact: Artifact },
): Promise<Outcome<TargetPlan>> {
  if (soleDigest(live) === artifact.digest) {
    return refuse({ code: 'already-serving', target: binding.ref, version: artifact.version });
  }
  const service = await serviceAsSeen(binding, live);
  const preparation = await planPreparation(binding, { live, artifact, service });
  const { entries, latestCreated } = service;
  return accept({
    from: endOf(servingRevision(live)),
    to: { version: artifact.version, digest: artifact.digest, revision: null },
    artifact,
    steps: [
      createRevisionStep(artifact, { entries, latestCreated }),
      ...preparation.steps,
      shiftTrafficStep(`Move all traffic to ${artifact.version}`, null, { entries, latestCreated }),
      verifyServingStep(null, artifact.digest, binding.checks),
      ...(binding.watch > 0 ? [watchServingStep(artifact.digest, binding.checks, binding.watch)] : []),
      tidyStep('Take the tag away'),
    ],
    live: live.fingerprint,
    warnings: [...splitWarning(service), ...preparation.warnings],
  });
}

/** What comes between the new revision and its traffic, for a deploy and a canary alike, and what to know first. */
export async function planPreparation(
  binding: CloudRunBinding,
  of: { readonly live: LiveState; readonly artifact: Artifact; readonly service: ServiceReading },
): Promise<{ readonly steps: readonly PlannedStep[]; readonly warnings: readonly string[] }> {
  const [migration, unserved] = await Promise.all([
    planMigration(binding, of.artifact),
    unservedSettings(binding, of.service, of.live),
  ]);
  const early = binding.checks.filter((check) => check.http.startsWith('/'));
  return {
    steps: [...migration.steps, ...(early.length > 0 ? [verifyNewStep(early)] : [])],
    warnings: [...warningsOf(binding, of.service), ...unserved, ...migration.warnings],
  };
}

/** The service now, which must still be what `live` was read from. */
export async function serviceAsSeen(binding: CloudRunBinding, live: LiveState): Promise<ServiceReading> {
  const service = readService(await binding.api.getService(binding.names.service));
  if (sameShares(sharesOf(service.served), sharesOf(live.traffic))) return service;
  throw new TargetError(
    'conflict',
    `The traffic of ${binding.config.service} changed while this was planned: it is ${describeShares(sharesOf(service.served))} now. Ask again.`,
  );
}

export function endOf(revision: Revision | null): PlanEnd | null {
  if (revision === null) return null;
  return { version: revision.version, digest: revision.digest, revision: revision.name };
}

/** The content that takes all traffic, whatever revisions it is spread over; null for a mixture. */
export function soleDigest(live: LiveState): string | null {
  const serving = Object.keys(sharesOf(live.traffic));
  const digests = serving.map((name) => live.revisions.find((one) => one.name === name)?.digest ?? null);
  const [first = null] = digests;
  return digests.every((digest) => digest === first) ? first : null;
}

async function planMigration(
  binding: CloudRunBinding,
  artifact: Artifact,
): Promise<{ steps: readonly PlannedStep[]; warnings: readonly string[] }> {
  const name = binding.migrationJob;
  if (name === null) return { steps: [], warnings: [] };
  const found = jobImage(await binding.api.getJob(binding.names.job(name)), binding.repository);
  if (found === null) {
    throw new TargetError('invalid', `It is not clear which container of the job ${name} migrates the data.`);
  }
  const changesData = `The job ${name} changes data, which undoing does not take back.`;
  if (repositoryOf(found) !== binding.repository) {
    const asItIs = `The job ${name} runs its own image as it is: ${found}.`;
    return { steps: [migrateStep({ name, image: found })], warnings: [changesData, asItIs] };
  }
  const image = artifact.reference;
  const set = found === image ? [] : [setJobImageStep({ name, found, image })];
  return { steps: [...set, migrateStep({ name, image })], warnings: [changesData] };
}

function splitWarning(service: ServiceReading): readonly string[] {
  const shares = sharesOf(service.served);
  if (Object.keys(shares).length <= 1) return [];
  return [`Traffic is split now: ${describeShares(shares)}. All of it will move.`];
}

function warningsOf(binding: CloudRunBinding, service: ServiceReading): readonly string[] {
  const warnings: string[] = [];
  if (service.reconciling) warnings.push('A change by somebody else is under way.');
  if (binding.checks.length === 0) {
    warnings.push('No checks are configured: only readiness and traffic will be verified.');
  } else if (!binding.checks.some((check) => check.http.startsWith('/'))) {
    warnings.push('All checks have whole addresses: they can only be made once traffic has moved.');
  }
  return warnings;
}

/**
 * A revision is made from the service's template, which is that of the newest revision; where that one does
 * not serve, its settings may be none that anybody has seen at work.
 */
async function unservedSettings(
  binding: CloudRunBinding,
  service: ServiceReading,
  live: LiveState,
): Promise<readonly string[]> {
  const serving = servingRevision(live);
  if (serving === null || serving.name === service.latestCreated) return [];
  const revision = await binding.api.findRevision(binding.names.revision(serving.name));
  if (revision === null) return [];
  const differing = differingSettings(service.template, revision, binding.repository);
  if (differing.length === 0) return [];
  return [
    `The settings of ${service.latestCreated} ship too, which does not serve and differs in ${differing.join(', ')}.`,
  ];
}
