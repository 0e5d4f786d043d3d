import type { Json } from '../src/domain/json.ts';
import type { PlannedStep } from '../src/domain/plan.ts';
import { accept, type Outcome } from '../src/domain/refusal.ts';
import type {
  BackupCapability,
  BackupSteps,
  DeployTarget,
  Finding,
  StepContext,
  StepProgress,
  StopCapability,
} from './target.ts';

/**
 * Who makes, keeps and restores the backups of one target, whatever kind of target that is. Steps follow the
 * rules of a target's: `start` is idempotent on (operation, step) and finds what an earlier call began.
 */
export interface BackupProvider extends BackupCapability {
  start(step: PlannedStep, context: StepContext): Promise<StepProgress>;
  resume(step: PlannedStep, handle: Json, context: StepContext): Promise<StepProgress>;
  readonly stop?: StopCapability;
  /** Can it be reached, and may we do there what we shall have to? */
  examine(): Promise<readonly Finding[]>;
  close(): Promise<void>;
}

/** Before the actions of the provider's steps, so that they are told from the target's in one plan. */
const PREFIX = 'backup/';

/** The target with backups by that provider, which it owns from now on. */
export function withBackup(target: DeployTarget, provider: BackupProvider): DeployTarget {
  return {
    ...target,
    backup: capability(provider),
    start: (step, context) =>
      isProviders(step) ? provider.start(unmarked(step), context) : target.start(step, context),
    resume: (step, handle, context) =>
      isProviders(step)
        ? provider.resume(unmarked(step), handle, context)
        : target.resume(step, handle, context),
    stop: stopCapability(target, provider),
    examine: async () => (await Promise.all([target.examine(), provider.examine()])).flat(),
    close: async () => void (await Promise.all([target.close(), provider.close()])),
  };
}

function capability(provider: BackupProvider): BackupCapability {
  return {
    subject: provider.subject,
    list: () => provider.list(),
    planBackup: async (purpose) => markedSteps(await provider.planBackup(purpose)),
    planVerification: async (backup) => markedSteps(await provider.planVerification(backup)),
    planRestore: async (backup) => markedSteps(await provider.planRestore(backup)),
    deletionStep: (backups) => marked(provider.deletionStep(backups)),
  };
}

/** Each stops its own steps. */
function stopCapability(target: DeployTarget, provider: BackupProvider): StopCapability {
  return {
    stops: (step) =>
      (isProviders(step) ? provider.stop?.stops(unmarked(step)) : target.stop?.stops(step)) ?? false,
    stop: async (step, handle, context) =>
      (await (isProviders(step)
        ? provider.stop?.stop(unmarked(step), handle, context)
        : target.stop?.stop(step, handle, context))) ?? null,
  };
}

function markedSteps(planned: Outcome<BackupSteps>): Outcome<BackupSteps> {
  return planned.ok ? accept({ ...planned.value, steps: planned.value.steps.map(marked) }) : planned;
}

function marked({ undo, ...step }: PlannedStep): PlannedStep {
  const own = { ...step, action: `${PREFIX}${step.action}` };
  return undo === undefined ? own : { ...own, undo: marked(undo) };
}

/** True for a step of the provider, in the plan of a target that has one. */
export function isProviders({ action }: PlannedStep): boolean {
  return action.startsWith(PREFIX);
}

function unmarked(step: PlannedStep): PlannedStep {
  return { ...step, action: step.action.slice(PREFIX.length) };
}
