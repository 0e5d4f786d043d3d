import { z } from 'zod';
import { maskSecrets } from '../../mask.ts';
import type { StepProgress } from '../../target.ts';
import type { ProjectBinding } from '../binding.ts';
import { ailment } from '../inspect.ts';
import type { Container } from '../project.ts';
import { failure, type StepRun } from './step.ts';

/** A step that waits for containers; `since` in epoch milliseconds. */
export const settleHandle = z.object({ since: z.number() });

/** What has to run. */
export interface Settlement {
  readonly services: readonly string[];
  /** All of the project, as they are now. */
  readonly containers: readonly Container[];
  isRight(service: string): boolean;
  /** “v1.2.0 runs”. */
  readonly done: string;
}

const LOOK_AGAIN = 300;
/** Milliseconds that a container without a health check has to live before it counts as running. */
const PROBATION = 1_500;
/** Starts that are forgiven: something that it needs may not have been ready. */
const FORGIVEN = 2;

/** One look whether every service runs what it should, and is healthy where it says so. */
export async function settle(
  run: StepRun<ProjectBinding>,
  since: number,
  settlement: Settlement,
): Promise<StepProgress> {
  const { binding } = run;
  const own = settlement.containers.filter(({ service }) => settlement.services.includes(service));
  const waited = binding.now() - since;
  const ill = own.find((one) => ailment(one) !== null && !mayRecover(one));
  if (ill !== undefined) return failure('unhealthy', await explain(run, ill));
  const waiting = settlement.services.flatMap((service) => awaited(service, settlement, waited));
  const [first] = waiting;
  if (first === undefined) {
    return { phase: 'succeeded', message: `${settlement.done}: ${own.length} running${wellness(own)}` };
  }
  if (waited > binding.config.ready) {
    const slow = own.find((one) => !isReady(one, waited)) ?? own[0];
    const seconds = Math.round(binding.config.ready / 1_000);
    const words = `Not ready after ${seconds} s: ${first}.`;
    return failure('unhealthy', slow === undefined ? words : `${words}${await lastLog(run, slow)}`);
  }
  return { phase: 'running', handle: { since }, message: `waiting: ${first}`, lookAgainAfter: LOOK_AGAIN };
}

function awaited(service: string, { containers, isRight }: Settlement, waited: number): readonly string[] {
  const own = containers.filter((one) => one.service === service);
  if (own.length === 0) return [`${service} has no container`];
  const late = own.find((one) => !isReady(one, waited));
  if (late !== undefined) return [`${late.name} is ${late.health ?? late.status}`];
  return isRight(service) ? [] : [`${service} runs another image`];
}

function isReady({ status, health }: Container, waited: number): boolean {
  if (status !== 'running') return false;
  return health === null ? waited >= PROBATION : health === 'healthy';
}

function mayRecover({ status, restarts }: Container): boolean {
  return status === 'restarting' && restarts <= FORGIVEN;
}

function wellness(own: readonly Container[]): string {
  return own.length > 0 && own.every(({ health }) => health === 'healthy') ? ' and healthy' : '';
}

async function explain(run: StepRun<ProjectBinding>, container: Container): Promise<string> {
  return `${ailment(container)}.${await lastLog(run, container)}`;
}

/** The last words of a container; nothing where it did not say any. */
async function lastLog({ binding, context }: StepRun<ProjectBinding>, { id }: Container): Promise<string> {
  const argv = ['sh', '-c', 'docker logs --tail 5 "$1" 2>&1', 'sh', id] as const;
  const { output } = await binding.host.run({ argv, timeLimit: 20_000 }, context.signal);
  const last = maskSecrets(output).trim().split('\n').at(-1) ?? '';
  return last === '' ? '' : ` Its last words: ${last.slice(0, 300)}`;
}
