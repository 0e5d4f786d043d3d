import { z } from 'zod';
import { isDigest } from '../../../src/domain/artifact.ts';
import { type StepProgress, TargetError } from '../../target.ts';
import type { RevisionTemplate } from '../client.ts';
import { ended } from '../errors.ts';
import { ANNOTATIONS } from '../names.ts';
import { ownContainer, readinessOf, type ServiceReading } from '../reading.ts';
import { pinned, type TrafficEntry, withTag } from '../traffic.ts';
import { changeService, currentService, ensureUntouched, operationFailure } from './change-service.ts';
import { defineAction, foundSplit, type OperationHandle, operationHandle, type StepRun } from './step.ts';

const input = z.object({
  version: z.string(),
  digest: z.string().refine(isDigest),
  /** `repository@sha256:…` */
  reference: z.string(),
  found: foundSplit,
  /** The revision that a canary is compared with: it gets a tag too, and so an address of its own. */
  baseline: z.string().optional(),
});
type Input = z.output<typeof input>;

const LOOK_AGAIN = 400;

/**
 * Creates the revision by digest, tagged and without traffic, under a name that follows from the operation.
 * Traffic is pinned to what serves now in the same call, so that “the latest” does not move to it.
 */
export const createRevision = defineAction({
  input,
  handle: operationHandle,
  async start(run, input) {
    const operation = await changeService(run, async (service) => {
      // The service may name it before it can be found.
      if (service.latestCreated === run.ownRevision || (await findOwn(run)) !== null) return null;
      ensureUntouched(service, input.found);
      ensureSameTemplate(service, input);
      return {
        template: templateFor(run, service, input),
        traffic: tagged(run, pinned(service.entries), input.baseline),
      };
    });
    return look(run, input, { operation });
  },
  async resume(run, input, handle) {
    return look(run, input, handle);
  },
});

function tagged(
  run: StepRun,
  entries: readonly TrafficEntry[],
  baseline: string | undefined,
): readonly TrafficEntry[] {
  const own = withTag(entries, run.ownRevision, run.ownTag);
  return baseline === undefined ? own : withTag(own, baseline, run.ownBaselineTag);
}

function findOwn(run: StepRun) {
  const { api, names } = run.binding;
  return api.findRevision(names.revision(run.ownRevision), run.context.signal);
}

/** A revision that somebody created since the plan carries settings that nobody approved. */
function ensureSameTemplate(service: ServiceReading, { found }: Input): void {
  if (service.latestCreated === found.latestCreated) return;
  throw new TargetError(
    'conflict',
    `Somebody else has deployed ${service.latestCreated} since this was planned. Nothing was changed; ask again to see the new plan.`,
  );
}

function templateFor(run: StepRun, service: ServiceReading, input: Input): RevisionTemplate {
  const containers = service.template.containers ?? [];
  const own = ownContainer(containers, run.binding.repository);
  if (own === null) {
    throw new TargetError(
      'invalid',
      `None of the containers of ${run.binding.config.service} runs ${run.binding.repository}: it is not clear which one to change.`,
    );
  }
  return {
    ...service.template,
    revision: run.ownRevision,
    annotations: {
      ...service.template.annotations,
      [ANNOTATIONS.operation]: run.context.operationId,
      [ANNOTATIONS.version]: input.version,
      [ANNOTATIONS.digest]: input.digest,
      [ANNOTATIONS.requestedBy]: run.context.requestedBy,
    },
    containers: containers.map((one) => (one === own ? { ...one, image: input.reference } : one)),
  };
}

async function look(run: StepRun, input: Input, handle: OperationHandle): Promise<StepProgress> {
  const revision = await findOwn(run);
  const readiness = revision === null ? null : readinessOf(revision);
  if (readiness?.state === 'failed') {
    if (revision?.logUri) run.context.log(`Logs of ${run.ownRevision}: ${revision.logUri}`);
    return notReady(run, readiness.message);
  }
  if (readiness?.state === 'succeeded' && (await isReachable(run, input))) {
    return { phase: 'succeeded', message: `${run.ownRevision} is ready and takes no traffic yet.` };
  }
  const failure = await operationFailure(run, handle.operation);
  if (failure !== null) return notReady(run, ended(failure));
  const reason = readiness?.message ? `: ${readiness.message}` : '';
  return {
    phase: 'running',
    handle,
    message: `waiting for the revision ${run.ownRevision}${reason}`,
    lookAgainAfter: LOOK_AGAIN,
  };
}

/** Whether every tag that was set has an address. */
async function isReachable(run: StepRun, { baseline }: Input): Promise<boolean> {
  const service = await currentService(run);
  const tags = baseline === undefined ? [run.ownTag] : [run.ownTag, run.ownBaselineTag];
  return tags.every((tag) => service.served.some((entry) => entry.tag === tag && entry.url !== null));
}

function notReady(run: StepRun, reason: string): StepProgress {
  return {
    phase: 'failed',
    problem: 'unhealthy',
    message: `${run.ownRevision} did not become ready. ${reason}`,
  };
}
