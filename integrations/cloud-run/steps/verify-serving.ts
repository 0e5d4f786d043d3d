import { z } from 'zod';
import { type Digest, isDigest, shortDigest } from '../../../src/domain/artifact.ts';
import { storedHttpChecks } from '../../checks.ts';
import { type StepProgress, TargetError } from '../../target.ts';
import { digestOf, type ServiceReading } from '../reading.ts';
import { sameShares, sharesOf } from '../traffic.ts';
import { changedBehindOurBack, currentService } from './change-service.ts';
import { defineLook, revisionChoice, type StepRun } from './step.ts';

/** What has to serve. */
export const servingInput = z.object({
  revision: revisionChoice,
  /** Null only when going back to a revision whose content Cloud Run does not say. */
  digest: z.string().refine(isDigest).nullable(),
  checks: storedHttpChecks,
});
type Input = z.output<typeof servingInput>;

const LOOK_AGAIN = 300;

/** Reads back that the approved content takes all traffic, then checks the service where people reach it. */
export const verifyServing = defineLook(servingInput, provenServing);

/** One look: succeeded when that content takes all traffic and every check passes at the service's address. */
export async function provenServing(run: StepRun, input: Input): Promise<StepProgress> {
  const revision = input.revision ?? run.ownRevision;
  const service = await currentService(run);
  const served = sharesOf(service.served);
  if (!sameShares(served, { [revision]: 100 })) {
    if (!service.reconciling) throw changedBehindOurBack(served, { [revision]: 100 });
    return { phase: 'running', handle: null, message: 'waiting for the traffic', lookAgainAfter: LOOK_AGAIN };
  }
  const problem = await wrongContent(run, revision, input.digest);
  return problem ?? checkService(run, service, revision, input);
}

async function wrongContent(
  run: StepRun,
  revision: string,
  approved: Digest | null,
): Promise<StepProgress | null> {
  if (approved === null) return null;
  const { api, names, repository } = run.binding;
  const found = await api.findRevision(names.revision(revision), run.context.signal);
  const digest = found === null ? null : digestOf(found, repository);
  if (digest === approved) return null;
  const runs = digest === null ? 'something that it does not name' : shortDigest(digest);
  return {
    phase: 'failed',
    problem: 'invalid',
    message: `${revision} takes all traffic but runs ${runs}, and ${shortDigest(approved)} was approved.`,
  };
}

async function checkService(
  run: StepRun,
  service: ServiceReading,
  revision: string,
  { digest, checks }: Input,
): Promise<StepProgress> {
  const content = digest === null ? '' : ` (${shortDigest(digest)})`;
  const serving = `${revision}${content} serves 100 %`;
  if (checks.length === 0) return { phase: 'succeeded', message: `${serving}.` };
  const result = await run.binding.checker.run({
    checks,
    baseUrl: addressOf(service),
    signal: run.context.signal,
  });
  return result.ok
    ? { phase: 'succeeded', message: `${serving}; ${result.detail}` }
    : { phase: 'failed', problem: 'unhealthy', message: `${serving}, but ${result.detail}` };
}

function addressOf(service: ServiceReading): string {
  if (service.uri !== null) return service.uri;
  throw new TargetError('invalid', `${service.name} has no address to check: its default URL is disabled.`);
}
