import type { PlannedStep } from '../../src/domain/plan.ts';
import { accept } from '../../src/domain/refusal.ts';
import type { BackupProvider } from '../backup.ts';
import { backupStep, deletionStep } from '../backup-steps.ts';
import { runsBy } from '../step-action.ts';
import { type Finding, TargetError } from '../target.ts';
import { ACTIONS, type ActionName } from './actions.ts';
import { type CloudSqlApi, connectCloudSql } from './client.ts';
import type { CloudSqlBackupConfig } from './config.ts';
import { isKept, storedBackup } from './runs.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const step = backupStep<ActionName>;

/** On-demand backups of a Cloud SQL instance, which Cloud SQL makes and keeps. */
export function createCloudSqlBackups(
  config: CloudSqlBackupConfig,
  api: CloudSqlApi = connectCloudSql(config),
): BackupProvider {
  const { instance, project } = config;
  return {
    subject: `Cloud SQL instance ${instance} of ${project}`,
    list: async () => (await api.listRuns()).filter(isKept).map(storedBackup),
    planBackup: async () => accept({ steps: [makeStep(instance)], warnings: [] }),
    planVerification: async ({ id }) => accept({ steps: verificationSteps(id), warnings: [] }),
    planRestore: async ({ id }) =>
      accept({
        steps: restoreSteps(instance, id),
        warnings: [
          `${instance} cannot be used while it is restored. What was written since the backup is gone then, but for the backup of it that is made first; what is written between that one and the restore is in no backup.`,
        ],
      }),
    deletionStep: (backups) => deletionStep(backups, 30 * MINUTE),
    ...runsBy(ACTIONS, (_step, context) => ({ api, config, context })),
    examine: async () => [await examine(config, api)],
    close: async () => undefined,
  };
}

function makeStep(instance: string): PlannedStep {
  return step('make', `Back up ${instance}`, 'reads', { timeLimit: 4 * HOUR });
}

function restoreSteps(instance: string, backup: string): readonly PlannedStep[] {
  const undo = step('restore', `Restore ${instance} from the backup made before`, 'changes-data', {
    input: { backup: null },
    timeLimit: 4 * HOUR,
  });
  const input = { backup };
  return [
    {
      ...step('restore', `Restore ${instance} from ${backup}`, 'changes-data', {
        input,
        timeLimit: 4 * HOUR,
      }),
      undo,
    },
    step('check', `Check that ${instance} runs on it`, 'reads', { input, timeLimit: 15 * MINUTE }),
  ];
}

function verificationSteps(backup: string): readonly PlannedStep[] {
  const input = { backup };
  const undo = step('delete-scratch', 'Delete the scratch instance', 'reversible', {
    timeLimit: 30 * MINUTE,
  });
  return [
    { ...step('create-scratch', 'Create a scratch instance', 'reversible', { timeLimit: HOUR }), undo },
    step('restore-scratch', `Restore ${backup} into it`, 'reversible', { input, timeLimit: 4 * HOUR }),
    step('check-scratch', 'Check that it runs, and what it has', 'reads', { input, timeLimit: 15 * MINUTE }),
    step('delete-scratch', 'Delete the scratch instance', 'tidies', { timeLimit: 30 * MINUTE }),
  ];
}

async function examine({ instance }: CloudSqlBackupConfig, api: CloudSqlApi): Promise<Finding> {
  const subject = `backups of ${instance}`;
  try {
    const runs = await api.listRuns();
    return { subject, ok: true, detail: `Cloud SQL keeps ${runs.filter(isKept).length}`, remedy: null };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    const remedy = 'Check project and instance, and that the service account may back it up.';
    return { subject, ok: false, detail: error.message, remedy };
  }
}
