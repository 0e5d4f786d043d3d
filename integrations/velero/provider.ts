import { accept } from '../../src/domain/refusal.ts';
import type { BackupProvider } from '../backup.ts';
import { type StepContext, TargetError } from '../target.ts';
import { ACTIONS, isAction } from './actions.ts';
import { atVelero, type VeleroBinding } from './binding.ts';
import { BACKUPS } from './cluster.ts';
import { examine } from './examine.ts';
import { backup } from './objects.ts';
import { deletionStep, makeSteps, restoreSteps, verificationSteps } from './plan.ts';
import type { Action, VeleroRun } from './steps/step.ts';
import { storedBackup } from './stored.ts';

/** Backups of a Kubernetes namespace, which Velero makes, keeps and restores. */
export function createVeleroBackups(binding: VeleroBinding): BackupProvider {
  const { config, cluster } = binding;
  return {
    subject: subjectOf(binding),
    async list() {
      const found = await cluster.list(atVelero(binding, BACKUPS, null), backup);
      return found.map((one) => storedBackup(binding, one)).filter((one) => one !== null);
    },
    planBackup: async () => accept(makeSteps(binding)),
    async planVerification(chosen) {
      if (config.scratch === undefined) throw noScratch();
      return accept(verificationSteps(config.scratch, chosen));
    },
    planRestore: async (chosen) => accept(restoreSteps(binding, chosen)),
    deletionStep,
    start: async ({ action, input }, context) => actionOf(action).start(begin(binding, context), input),
    resume: async ({ action, input }, _handle, context) =>
      actionOf(action).resume(begin(binding, context), input),
    examine: () => examine(binding),
    close: () => cluster.close(),
  };
}

/** Another cluster is another thing that is backed up. */
function subjectOf({ config: { namespace, velero, kubeconfig, context } }: VeleroBinding): string {
  const cluster = kubeconfig === undefined ? '' : ` of ${context ?? kubeconfig}`;
  return `namespace ${namespace}${cluster}, by Velero in ${velero}`;
}

function noScratch(): TargetError {
  return new TargetError(
    'invalid',
    'The config names no `scratch` namespace that a backup could be restored into, and compared.',
  );
}

function begin(binding: VeleroBinding, context: StepContext): VeleroRun {
  context.signal.throwIfAborted();
  return { binding, context };
}

function actionOf(action: string): Action {
  if (isAction(action)) return ACTIONS[action];
  throw new TargetError('invalid', `This version of Slipway does not know the step ${action}.`);
}
