import type { StoredBackup } from '../../src/domain/backup.ts';
import type { PlannedStep, StepEffect } from '../../src/domain/plan.ts';
import { backupStep } from '../backup-steps.ts';
import { storeHttpCheck } from '../checks.ts';
import type { BackupSteps } from '../target.ts';
import type { ActionName } from './actions.ts';
import type { VeleroBinding } from './binding.ts';
import type { VeleroBackupConfig } from './config.ts';
import { nameOf } from './names.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const planned = backupStep<ActionName>;

export function makeSteps({ config }: VeleroBinding): BackupSteps {
  const step = planned('make', `Back up ${config.namespace}`, 'reads', { timeLimit: 4 * HOUR });
  return { steps: [step], warnings: [] };
}

/** Everything comes back, its pods get ready, they are asked how they are, and only then traffic is led to them. */
export function restoreSteps(binding: VeleroBinding, { id }: StoredBackup): BackupSteps {
  const { namespace, health } = binding.config;
  const input = { backup: nameOf(id) };
  const undo = planned('undo-restore', `Restore ${namespace} from the backup made before`, 'changes-data', {
    timeLimit: 4 * HOUR,
  });
  const restore = planned('restore', `Restore ${namespace} from ${id}, without its routes`, 'changes-data', {
    input,
    timeLimit: 4 * HOUR,
  });
  const pods = planned('wait-for-pods', 'Wait for its pods', 'reads', { timeLimit: 15 * MINUTE });
  const routes = planned('restore-routes', 'Lead traffic to it again', 'reversible', {
    input,
    timeLimit: HOUR,
  });
  return {
    steps: [{ ...restore, undo }, pods, ...healthSteps(health), routes, ...reachSteps(binding)],
    warnings: warningsOf(binding),
  };
}

function healthSteps(health: VeleroBackupConfig['health']): readonly PlannedStep[] {
  if (health === undefined) return [];
  const { service, port, path, ...expected } = health;
  const check = storeHttpCheck({ http: path, ...expected });
  const input = { service, port, check };
  return [planned('check-pods', 'Check the health of its pods', 'reads', { input, timeLimit: 15 * MINUTE })];
}

function reachSteps({ reached: { checks } }: VeleroBinding): readonly PlannedStep[] {
  if (checks.length === 0) return [];
  const input = { checks: checks.map(storeHttpCheck) };
  const title = 'Check it where people reach it';
  return [planned('check-reached', title, 'reads', { input, timeLimit: 15 * MINUTE })];
}

function warningsOf({ config }: VeleroBinding): readonly string[] {
  const { namespace, health } = config;
  return [
    `What was changed in ${namespace} since the backup is gone then, but for the backup of it that is made first; what is changed between that one and the restore is in no backup.`,
    'Velero takes nothing away: what was made since the backup stays, and a volume whose claim is still there keeps what is in it.',
    ...(health === undefined
      ? ['The config has no `health`: before traffic comes back, pods only have to call themselves ready.']
      : []),
  ];
}

export function verificationSteps(scratch: string, { id }: StoredBackup): BackupSteps {
  const input = { backup: nameOf(id), scratch };
  const clear = (effect: StepEffect) =>
    planned('clear-scratch', `Empty ${scratch} again`, effect, {
      input: { scratch },
      timeLimit: 30 * MINUTE,
    });
  const restore = planned('restore-scratch', `Restore ${id} into ${scratch}`, 'reversible', {
    input,
    timeLimit: 4 * HOUR,
  });
  const compare = planned('compare-scratch', 'Compare what came back', 'reads', {
    input,
    timeLimit: 15 * MINUTE,
  });
  return {
    steps: [{ ...restore, undo: clear('reversible') }, compare, clear('tidies')],
    warnings: [],
  };
}
