import type { DeploymentState } from '../../../integrations/code-host.ts';
import { TargetError } from '../../../integrations/target.ts';
import type { Config } from '../../config/schema.ts';
import type { Operation, OperationState } from '../../domain/operation.ts';
import { type TargetRef, targetKey } from '../../domain/target.ts';
import {
  claimUntold,
  isOvertaken,
  putOffTelling,
  recordTold,
  type UntoldOperation,
} from '../../store/code-deployments.ts';
import { findOperation } from '../../store/operations.ts';
import type { OperationContext } from '../context.ts';

/** What the code host shows for an operation. Where the operation ended before anything was touched, nothing is live. */
const STATES: Readonly<Record<OperationState, DeploymentState>> = {
  'awaiting-approval': 'queued',
  running: 'in_progress',
  succeeded: 'success',
  failed: 'failure',
  undone: 'failure',
  'undo-failed': 'error',
  rejected: 'inactive',
  expired: 'inactive',
  cancelled: 'inactive',
  voided: 'inactive',
  refused: 'inactive',
};

const AT_ONCE = 5;
/** Seconds for which nobody else tells what this process is telling. */
const CLAIM = 60;
const FIRST_PAUSE = 5;
const LONGEST_PAUSE = 300;

/** Where people read about an operation, and in which words it is described. */
export interface Telling {
  /** The address of its message; null while it has none. */
  link(operation: Operation): Promise<string | null>;
  describe(operation: Operation): string;
}

type TellContext = Pick<OperationContext, 'database' | 'config' | 'code' | 'targets' | 'log'>;

/**
 * Makes code hosts show operations as they are. Nothing waits for it: what a code host does not take now, it is
 * told later.
 */
export async function tellCodeHosts(context: TellContext, telling: Telling): Promise<void> {
  const services = Object.keys(context.config.services).filter((name) => context.code.of(name) !== null);
  if (services.length === 0) return;
  const claimed = await claimUntold(context.database, { services, limit: AT_ONCE, seconds: CLAIM });
  await Promise.all(claimed.map((untold) => tell(context, telling, untold)));
}

async function tell(context: TellContext, telling: Telling, untold: UntoldOperation): Promise<void> {
  const { operationId, deploymentId, state, tries } = untold;
  const operation = await findOperation(context.database, operationId);
  const commit = operation?.plan.source?.to ?? null;
  if (operation === null || commit === null) return;
  const { target } = operation.plan;
  try {
    // What is told late must not take the place of what serves by now.
    const isLate = state === 'succeeded' && (await isOvertaken(context.database, operationId));
    const id = await context.code.of(target.service)?.recordDeployment(
      {
        operationId,
        commit,
        environment: deploymentEnvironment(target, context.config),
        production: isProduction(target, context.config),
        description: telling.describe(operation),
        state: isLate ? 'inactive' : STATES[state],
        environmentUrl: state === 'succeeded' && !isLate ? await addressOf(context, target) : null,
        logUrl: await telling.link(operation),
      },
      deploymentId,
    );
    if (id !== undefined) await recordTold(context.database, { operationId, deploymentId: id, state });
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    context.log.warn({ err: error, operation: operationId }, 'the code host was not told of an operation');
    await putOffTelling(
      context.database,
      operationId,
      Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(tries, 8)),
    );
  }
}

/**
 * The environment as the code host names it. Services that share a repository have one each: a deployment that
 * succeeds there makes the one before it in the same environment inactive.
 */
export function deploymentEnvironment({ service, environment }: TargetRef, { services }: Config): string {
  const repository = services[service]?.repository;
  const sharing = Object.values(services).filter((other) => other.repository === repository);
  return sharing.length > 1 ? `${environment} (${service})` : environment;
}

function isProduction({ environment }: TargetRef, { environments }: Config): boolean {
  return [environment, ...(environments[environment]?.aliases ?? [])].includes('production');
}

async function addressOf(context: TellContext, target: TargetRef): Promise<string | null> {
  try {
    return (await context.targets.get(targetKey(target))?.inspect())?.url ?? null;
  } catch (error) {
    if (error instanceof TargetError) return null;
    throw error;
  }
}
