import type { BackupProvider } from '../../integrations/backup.ts';
import type { StepContext, StepProgress } from '../../integrations/target.ts';
import { backupIdOf, type StoredBackup } from '../../src/domain/backup.ts';
import type { PlannedStep, StepEffect } from '../../src/domain/plan.ts';
import { accept } from '../../src/domain/refusal.ts';
import { digestOf } from './scripted-target.ts';

/** Backups of one number in memory: what is backed up, restored and compared. */
export interface ScriptedBackups extends Omit<BackupProvider, 'list' | 'planBackup' | 'resume' | 'stop'> {
  list: BackupProvider['list'];
  planBackup: BackupProvider['planBackup'];
  resume: BackupProvider['resume'];
  stop: NonNullable<BackupProvider['stop']>;
  /** The data of the target. */
  data: number;
  /** What each backup holds, by its id. */
  readonly kept: Map<string, { stored: StoredBackup; data: number }>;
  readonly calls: string[];
  /** Replaces what a step answers, by its action. */
  readonly script: Map<string, (context: StepContext) => Promise<StepProgress>>;
  /** Puts a backup there that was made at that time. */
  keep(id: string, takenAt: Date, state?: StoredBackup['state']): void;
}

export function scriptedBackups(clock: () => Date): ScriptedBackups {
  const provider: ScriptedBackups = {
    data: 1,
    kept: new Map(),
    calls: [],
    script: new Map(),
    subject: 'one number in memory',
    keep: (id, takenAt, state = { is: 'good' }) => {
      const stored: StoredBackup = {
        id,
        takenAt: takenAt.toISOString(),
        size: 1_234_567,
        sha256: digestOf(id),
        duration: 10,
        expiresAt: null,
        places: ['memory'],
        state,
      };
      provider.kept.set(id, { stored, data: provider.data });
    },
    list: async () => [...provider.kept.values()].map(({ stored }) => stored),
    planBackup: async () => accept({ steps: [step('make', 'reads', {})], warnings: [] }),
    planVerification: async ({ id }) => accept({ steps: [step('verify', 'reads', { id })], warnings: [] }),
    planRestore: async ({ id }) => {
      const undo = step('restore', 'changes-data', { id: null });
      const restore = { ...step('restore', 'changes-data', { id }), undo };
      return accept({ steps: [restore, step('compare', 'reads', { id })], warnings: ['data will change'] });
    },
    deletionStep: (backups) => step('delete', 'tidies', { ids: backups.map(({ id }) => id) }),
    start: async (planned, context) => {
      provider.calls.push(planned.action);
      const scripted = provider.script.get(planned.action);
      return scripted === undefined ? act(provider, planned, context, clock()) : scripted(context);
    },
    resume: async () => ({ phase: 'succeeded', message: 'done' }),
    stop: { stops: () => true, stop: async () => null },
    examine: async () => [],
    close: async () => undefined,
  };
  return provider;
}

function act(
  provider: ScriptedBackups,
  { action, input }: PlannedStep,
  { operationId }: StepContext,
  now: Date,
): StepProgress {
  const id = typeof input.id === 'string' ? input.id : backupIdOf(operationId);
  if (action === 'make') provider.keep(id, now);
  if (action === 'delete' && Array.isArray(input.ids)) {
    for (const gone of input.ids) provider.kept.delete(String(gone));
  }
  const kept = provider.kept.get(id);
  if (action === 'restore' && kept !== undefined) provider.data = kept.data;
  return { phase: 'succeeded', message: `${action} ${id}` };
}

function step(action: string, effect: StepEffect, input: PlannedStep['input']): PlannedStep {
  return { id: `${action}-backup`, title: `Do ${action}`, action, input, effect, timeLimit: 60_000 };
}
