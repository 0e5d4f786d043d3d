import type { Delivery } from '../src/domain/delivery.ts';
import type { Reply } from '../src/domain/reply.ts';
import type { Origin } from '../src/domain/request.ts';
import { findBackupTarget, listBackups } from '../src/operations/backup/list.ts';
import { canaryStatus } from '../src/operations/canary/instruct.ts';
import { orderCanary } from '../src/operations/canary/order.ts';
import { lock, unlock } from '../src/operations/closing.ts';
import type { OperationContext } from '../src/operations/context.ts';
import type { Engine } from '../src/operations/engine.ts';
import { readBlockers, readStatus } from '../src/operations/status.ts';
import { stopOn } from '../src/operations/stop.ts';
import { submit } from '../src/operations/submit.ts';
import { refuseAccount } from '../src/policy/authorise.ts';
import { openGroups, readGroupViews } from '../src/store/alerts.ts';
import { recentOperations } from '../src/store/operations.ts';
import type { Command } from './command.ts';

const HISTORY_LENGTH = 15;
const INCIDENTS_LENGTH = 20;
const MOST_COUNTED = 1_000;

/** A command with where it came from. */
export interface Order {
  readonly command: Command;
  readonly deliveryId: Delivery['id'];
  readonly origin: Origin;
}

type BackupCommand = Extract<Command, { readonly name: 'backup-verify' | 'backup-restore' }>;

/** Does what a command says; null when public messages are the answer. */
export async function carryOut(
  context: OperationContext,
  engine: Engine,
  order: Order,
): Promise<Reply | null> {
  const { command, deliveryId, origin } = order;
  // What is running where is for members only, too.
  const refusal = command.name === 'help' ? null : refuseAccount(await context.people.person(origin.userId));
  if (refusal !== null) return { kind: 'refusal', refusals: [refusal] };
  switch (command.name) {
    case 'deploy': {
      const { version, only, dryRun, options } = command;
      const part = only === undefined ? {} : { only };
      const requests = command.targets.map(
        (target) => ({ kind: 'deploy', target, version, ...part }) as const,
      );
      return submit(context, engine, { deliveryId, requests, options, dryRun, origin });
    }
    case 'rollback': {
      const { target, to, dryRun, options } = command;
      return submit(context, engine, {
        deliveryId,
        requests: [{ kind: 'rollback', target, to }],
        options,
        dryRun,
        origin,
      });
    }
    case 'canary': {
      const { target, version, percent, auto, dryRun, options } = command;
      const requests = [{ kind: 'canary', target, version, percent, auto } as const];
      return submit(context, engine, { deliveryId, requests, options, dryRun, origin });
    }
    case 'canary-instruction':
      return orderCanary(context, engine, {
        which: { target: command.target },
        instruction: command.instruction,
        deliveryId,
        origin,
      });
    case 'canary-status':
      return canaryStatus(context, { target: command.target, channelId: origin.channelId, deliveryId });
    case 'backup': {
      const { target, dryRun, options } = command;
      const requests = [{ kind: 'backup', target } as const];
      return submit(context, engine, { deliveryId, requests, options, dryRun, origin });
    }
    case 'backup-verify':
    case 'backup-restore':
      return withBackup(context, engine, { command, deliveryId, origin });
    case 'backup-list':
      return { kind: 'backups', targets: await listBackups(context, command) };
    case 'status':
      return { kind: 'status', targets: await readStatus(context, command) };
    case 'status-why':
      return { kind: 'why', target: command.target, blockers: await readBlockers(context, command.target) };
    case 'status-incidents':
      return incidents(context);
    case 'history':
      return history(context, command.service);
    case 'stop':
      return stopOn(context, { target: command.target, deliveryId, origin });
    case 'lock':
      return lock(context, { ...command, deliveryId, origin });
    case 'unlock':
      return unlock(context, { ...command, deliveryId, origin });
    case 'help':
      return { kind: 'help', command: command.command };
    case 'deploy-form':
      // The form is opened while the delivery is received, since Slack allows three seconds for it; what
      // comes here could not be opened in time.
      return { kind: 'help', command: 'deploy' };
  }
}

async function incidents({ database }: OperationContext): Promise<Reply> {
  const ids = await openGroups(database, MOST_COUNTED);
  const groups = await readGroupViews(database, ids.slice(0, INCIDENTS_LENGTH));
  return { kind: 'incidents', groups, more: Math.max(0, ids.length - INCIDENTS_LENGTH) };
}

/** The id alone says which target is meant. */
async function withBackup(
  context: OperationContext,
  engine: Engine,
  { command, deliveryId, origin }: Order & { readonly command: BackupCommand },
): Promise<Reply | null> {
  const target = await findBackupTarget(context, command);
  if (!target.ok) return { kind: 'refusal', refusals: [target.refusal] };
  const { backup, dryRun, options } = command;
  const kind = command.name === 'backup-restore' ? 'restore' : 'verification';
  const requests = [{ kind, target: target.value, backup } as const];
  return submit(context, engine, { deliveryId, requests, options, dryRun, origin });
}

async function history(context: OperationContext, service: string | null): Promise<Reply> {
  const operations = await recentOperations(context.database, { service, limit: HISTORY_LENGTH });
  return { kind: 'history', service, operations };
}
