import { setTimeout as delay } from 'node:timers/promises';
import type { BackupProvider } from '../../../integrations/backup.ts';
import type { BackupSteps, Intents, StepContext, StepProgress } from '../../../integrations/target.ts';
import type { PlannedStep } from '../../../src/domain/plan.ts';
import type { Outcome } from '../../../src/domain/refusal.ts';

export type StepEnd = Exclude<StepProgress, { phase: 'running' }>;

/** Looks again sooner than a provider asks for: nothing here is far away. */
const LOOK_AGAIN = 60;

/** Runs the steps as the workflow does; the ends of all that were begun. */
export async function drive(
  provider: BackupProvider,
  planned: Outcome<BackupSteps>,
  operationId: string,
): Promise<readonly StepEnd[]> {
  if (!planned.ok) throw new Error(`refused: ${planned.refusal.code}`);
  const ends: StepEnd[] = [];
  for (const step of planned.value.steps) {
    const end = await driveStep(provider, step, operationId);
    ends.push(end);
    if (end.phase === 'failed') return ends;
  }
  return ends;
}

/** Begins one step, twice if asked to, and follows it to its end. */
export async function driveStep(
  provider: BackupProvider,
  step: PlannedStep,
  operationId: string,
  starts = 1,
): Promise<StepEnd> {
  let progress = await provider.start(step, contextOf(operationId));
  for (let again = 1; again < starts; again += 1) {
    progress = await provider.start(step, contextOf(operationId));
  }
  while (progress.phase === 'running') {
    await delay(Math.min(LOOK_AGAIN, progress.lookAgainAfter));
    progress = await provider.resume(step, progress.handle, contextOf(operationId));
  }
  return progress;
}

const declared = new Map<string, Date>();

/** As if no operation had ever said what it was about to do: for a test that is tried again. */
export function forgetIntents(): void {
  declared.clear();
}

function intentsOf(operationId: string): Intents {
  const at = (key: string) => `${operationId} ${key}`;
  return {
    declare: async (key) => {
      const before = declared.get(at(key)) ?? null;
      if (before === null) declared.set(at(key), new Date());
      return before;
    },
    since: async (key) => declared.get(at(key)) ?? null,
    withdraw: async (key) => void declared.delete(at(key)),
  };
}

export function contextOf(operationId: string): StepContext {
  const intents = intentsOf(operationId);
  const { signal } = new AbortController();
  return { operationId, requestedBy: 'U0ANA', log: () => undefined, intents, signal };
}
