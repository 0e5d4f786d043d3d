import type { StoredBackup } from '../../src/domain/backup.ts';
import type { PlannedStep } from '../../src/domain/plan.ts';
import { accept } from '../../src/domain/refusal.ts';
import type { BackupProvider } from '../backup.ts';
import { backupStep, deletionStep } from '../backup-steps.ts';
import { stopsRuns } from '../detached.ts';
import type { Host } from '../host.ts';
import { runsBy } from '../step-action.ts';
import { type Finding, TargetError } from '../target.ts';
import { ACTIONS, type ActionName, stopStep } from './actions.ts';
import { type HostBackupBinding, manifestsOn, placeOf, type Shelf } from './binding.ts';
import type { HostBackupConfig } from './config.ts';
import { storedBackup } from './manifest.ts';
import { type BackupSource, sourceOf } from './source.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const step = backupStep<ActionName>;

/** Backups of a database or of files on a host, made and kept there, and copied to a second one if asked for. */
export function createHostBackups(config: HostBackupConfig, hosts: (name: string) => Host): BackupProvider {
  const shelf: Shelf = { host: hosts(config.host), directory: config.directory };
  const copy =
    config.copy === undefined ? null : { host: hosts(config.copy.host), directory: config.copy.directory };
  const binding: HostBackupBinding = { source: sourceOf(config), shelf, copy };
  const { source } = binding;
  return {
    subject: `${source.name}, kept at ${[shelf, ...(copy === null ? [] : [copy])].map(placeOf).join(' and ')}`,
    list: () => list(binding),
    planBackup: async (purpose) =>
      accept({ steps: makeSteps(binding, purpose), warnings: await losses(binding) }),
    planVerification: async (backup) => accept({ steps: [verificationStep(binding, backup)], warnings: [] }),
    planRestore: async (backup) =>
      accept({
        steps: restoreSteps(binding, backup),
        warnings: [
          `What was written to ${source.name} since the backup is gone then, but for the backup of it that is made first; what is written between that one and the restore is in no backup.`,
        ],
      }),
    deletionStep: (backups) => deletionStep(backups, HOUR),
    ...runsBy(ACTIONS, ({ id }, context) => ({ binding, context, stepId: id })),
    stop: stopsRuns((_handle, context, { id }) => stopStep({ binding, context, stepId: id })),
    examine: () => examine(binding),
    close: async () => void (await Promise.all([shelf.host.close(), copy?.host.close()])),
  };
}

/** What the first place has; what only the second has cannot be restored from there. */
async function list({ source, shelf, copy }: HostBackupBinding): Promise<readonly StoredBackup[]> {
  const [here, there] = await Promise.all([
    manifestsOn(shelf, source),
    copy === null ? [] : manifestsOn(copy, source).catch(() => []),
  ]);
  const away = copy === null ? [] : [placeOf(copy)];
  const onlyThere = there.filter(({ id }) => !here.some((manifest) => manifest.id === id));
  return [
    ...here.map((manifest) => {
      const copied = there.some(({ id, sha256 }) => id === manifest.id && sha256 === manifest.sha256);
      return storedBackup(manifest, [placeOf(shelf), ...(copied ? away : [])]);
    }),
    ...onlyThere.map((manifest): StoredBackup => {
      const reason = `it is only at ${away.join()}; bring it back to ${placeOf(shelf)} first`;
      return { ...storedBackup(manifest, away), state: { is: 'away', reason } };
    }),
  ];
}

/** What the backup cannot bring back. Where nobody answers there is nothing to warn of: the backup will say why. */
async function losses({ source, shelf: { host } }: HostBackupBinding): Promise<readonly string[]> {
  if (source.losers === null) return [];
  const argv = ['sh', '-c', source.losers.script, 'sh', ...source.facts] as const;
  const { status, output } = await host.run({ argv, timeLimit: MINUTE });
  const names = output.split('\n').filter((name) => name !== '');
  return status === 0 && names.length > 0 ? [source.losers.warning(names)] : [];
}

function makeSteps({ source, copy }: HostBackupBinding, purpose?: 'before-restore'): readonly PlannedStep[] {
  const input = { mayBeEmpty: purpose === 'before-restore' };
  const make = step('make', `Back up ${source.name}`, 'reads', { input, timeLimit: 6 * HOUR });
  if (copy === null) return [make];
  return [make, step('copy', `Copy the backup to ${placeOf(copy)}`, 'reads', { timeLimit: 6 * HOUR })];
}

function verificationStep({ source }: HostBackupBinding, { id, sha256 }: StoredBackup): PlannedStep {
  const place = source.ending === 'sql.gz' ? 'a scratch database' : 'a scratch directory';
  return step('verify', `Restore ${id} into ${place} and compare`, 'reads', {
    input: { backup: id, sha256 },
    timeLimit: 6 * HOUR,
  });
}

function restoreSteps({ source }: HostBackupBinding, { id, sha256 }: StoredBackup): readonly PlannedStep[] {
  const input = { backup: id, sha256 };
  const whole = step('whole', `Check that ${id} is whole`, 'reads', { input, timeLimit: 6 * HOUR });
  const restore = step('restore', `Restore ${source.name} from ${id}`, 'changes-data', {
    input,
    timeLimit: 6 * HOUR,
  });
  const undo = {
    ...step('restore', `Restore ${source.name} from the backup made before`, 'changes-data', {
      input: { backup: null, undoes: restore.id },
      timeLimit: 6 * HOUR,
    }),
    id: 'restore-safety',
  };
  const tell = step('tell', 'Compare what is there now with the backup', 'reads', {
    input: { of: restore.id },
    timeLimit: 10 * MINUTE,
  });
  return [whole, { ...restore, undo }, tell];
}

async function examine({ source, shelf, copy }: HostBackupBinding): Promise<readonly Finding[]> {
  const shelves = copy === null ? [shelf] : [shelf, copy];
  const hosts = [...new Map(shelves.map(({ host }) => [host.name, host])).values()];
  const [found, kept] = await Promise.all([
    Promise.all(hosts.map((host) => host.examine())),
    Promise.all(shelves.map((kept) => examineShelf(kept, source))),
  ]);
  return [...found.flat(), ...kept];
}

async function examineShelf(shelf: Shelf, source: BackupSource): Promise<Finding> {
  const subject = `backups at ${placeOf(shelf)}`;
  try {
    return {
      subject,
      ok: true,
      detail: `${(await manifestsOn(shelf, source)).length} are kept`,
      remedy: null,
    };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { subject, ok: false, detail: error.message, remedy: 'Check the host and the directory.' };
  }
}
