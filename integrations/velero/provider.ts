import { accept } from '../../src/domain/refusal.ts';
import type { BackupProvider } from '../backup.ts';
import { deletionStep } from '../backup-steps.ts';
import { runsBy } from '../step-action.ts';
import { TargetError } from '../target.ts';
import { ACTIONS } from './actions.ts';
import { atVelero, type VeleroBinding } from './binding.ts';
import { BACKUPS } from './cluster.ts';
import { examine } from './examine.ts';
import { backup } from './objects.ts';
import { makeSteps, restoreSteps, verificationSteps } from './plan.ts';
import { storedBackup } from './stored.ts';

/** Milliseconds. */
const DELETION = 30 * 60_000;

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
    deletionStep: (backups) => deletionStep(backups, DELETION),
    ...runsBy(ACTIONS, (_step, context) => ({ binding, context })),
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
