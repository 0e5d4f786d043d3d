import { z } from 'zod';
import type { PlannedStep } from '../../src/domain/plan.ts';
import { type StepContext, type StepProgress, TargetError } from '../target.ts';
import type { VercelBinding } from './binding.ts';
import type { Way } from './plan.ts';

/** Milliseconds between two looks. */
const LOOK = 1_000;
/** Domains follow within seconds; after this it is asked again, which does no harm. */
const FOLLOWS_WITHIN = 60_000;

const deploymentInput = z.object({ deployment: z.string() });
const assignInput = deploymentInput.extend({
  from: z.string().nullable(),
  way: z.enum(['promote', 'rollback', 'alias']),
});

interface StepRun {
  readonly binding: VercelBinding;
  readonly step: PlannedStep;
  readonly context: StepContext;
}

/** Looks how far a step is, and does what is left of it: begun and followed in the same way. */
export async function look(run: StepRun): Promise<StepProgress> {
  run.context.signal.throwIfAborted();
  switch (run.step.action) {
    case 'await-build':
      return awaitBuild(run);
    case 'assign':
      return assign(run);
    case 'assign-back':
      return assignBack(run);
    case 'verify-serving':
      return verify(run);
    default:
      throw new TargetError('invalid', `This version of Slipway does not know the step ${run.step.action}.`);
  }
}

async function awaitBuild({ binding, step }: StepRun): Promise<StepProgress> {
  const { deployment } = deploymentInput.parse(step.input);
  const found = await binding.api.deployment(deployment);
  if (found === null) throw new TargetError('not-found', `Vercel has no deployment ${deployment} any more.`);
  if (found.state === 'READY') return { phase: 'succeeded', message: `${deployment} is built` };
  if (found.state === 'ERROR' || found.state === 'CANCELED') {
    const message = `Vercel could not build ${deployment}: ${found.error ?? found.state}`;
    return { phase: 'failed', problem: 'unhealthy', message };
  }
  return running(`Vercel says ${found.state} of ${deployment}`);
}

/** Compare and set: what the domain serves must be what was found when it was planned. */
async function assign(run: StepRun): Promise<StepProgress> {
  const { binding, step } = run;
  const { deployment, from, way } = assignInput.parse(step.input);
  const served = await binding.api.servedBy(binding.config.domain);
  if (served === deployment)
    return { phase: 'succeeded', message: `${binding.config.domain} serves ${deployment}` };
  if (served !== from) {
    throw new TargetError(
      'conflict',
      `Somebody else made ${binding.config.domain} serve ${served ?? 'nothing'} meanwhile.`,
    );
  }
  await setOnce(run, deployment, way);
  return running(`waiting for ${binding.config.domain} to serve ${deployment}`);
}

/** Only what this operation set is taken back; what somebody else made serve since is left. */
async function assignBack(run: StepRun): Promise<StepProgress> {
  const { binding, step, context } = run;
  const { deployment, from, way } = assignInput.parse(step.input);
  const { domain } = binding.config;
  const served = await binding.api.servedBy(domain);
  const forward = await context.intents.since('assign');
  if (forward === null) return { phase: 'succeeded', message: 'it was never changed' };
  if (served === deployment) {
    // What was asked for may still be on its way, and would come after.
    const onItsWay =
      binding.now() - forward.getTime() < LOOK && (await context.intents.since(step.id)) === null;
    return onItsWay
      ? running('waiting for what was asked for')
      : { phase: 'succeeded', message: `${domain} serves ${deployment} again` };
  }
  if (served !== from)
    return {
      phase: 'succeeded',
      message: `somebody else made ${domain} serve ${served ?? 'nothing'}, which is left`,
    };
  await setOnce(run, deployment, way);
  return running(`waiting for ${domain} to serve ${deployment} again`);
}

/** It takes a moment until the domain follows: asked once, and again only when it does not. */
async function setOnce({ binding, step, context }: StepRun, deployment: string, way: Way): Promise<void> {
  const asked = await context.intents.declare(step.id);
  if (asked !== null && binding.now() - asked.getTime() < FOLLOWS_WITHIN) return;
  try {
    await SET[way](binding, deployment);
  } catch (error) {
    const lost =
      error instanceof TargetError && (error.problem === 'unavailable' || error.problem === 'timeout');
    if (!lost) await context.intents.withdraw(step.id);
    throw error;
  }
}

const SET: Readonly<Record<Way, (binding: VercelBinding, deployment: string) => Promise<void>>> = {
  promote: ({ api }, deployment) => api.promote(deployment),
  rollback: ({ api }, deployment) => api.rollBack(deployment),
  alias: ({ api, config }, deployment) => api.assign(deployment, config.domain),
};

async function verify({ binding, step, context }: StepRun): Promise<StepProgress> {
  const { deployment } = deploymentInput.parse(step.input);
  const { api, config, checker, checks } = binding;
  const served = await api.servedBy(config.domain);
  if (served !== deployment) {
    throw new TargetError(
      'conflict',
      `${config.domain} serves ${served ?? 'nothing'}, and ${deployment} was approved.`,
    );
  }
  const serves = `${config.domain} serves ${deployment}`;
  if (checks.length === 0) return { phase: 'succeeded', message: serves };
  const { ok, detail } = await checker.run({
    checks,
    baseUrl: `https://${config.domain}`,
    signal: context.signal,
  });
  return ok
    ? { phase: 'succeeded', message: `${serves}; ${detail}` }
    : { phase: 'failed', problem: 'unhealthy', message: detail };
}

function running(message: string): StepProgress {
  return { phase: 'running', handle: null, message, lookAgainAfter: LOOK };
}
