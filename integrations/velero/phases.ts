import type { VeleroBackup, VeleroRestore } from './objects.ts';

/** What a phase of Velero comes to. `reason` is the end of a sentence, without its full stop. */
export type Standing =
  | { readonly is: 'waiting' | 'running' | 'done' }
  | { readonly is: 'refused' | 'partial' | 'failed'; readonly reason: string };

const WAITING = ['', 'New', 'Queued', 'ReadyToStart'];
const RUNNING = [
  'InProgress',
  'WaitingForPluginOperations',
  'WaitingForPluginOperationsPartiallyFailed',
  'Finalizing',
  'FinalizingPartiallyFailed',
];

/** How a Backup or a Restore stands; `what` is how the `velero` program calls its kind. */
export function standingOf(
  { metadata, status }: VeleroBackup | VeleroRestore,
  what: 'backup' | 'restore',
): Standing {
  const { phase, validationErrors, failureReason } = status;
  if (WAITING.includes(phase)) return { is: 'waiting' };
  if (RUNNING.includes(phase)) return { is: 'running' };
  switch (phase) {
    case 'Completed':
      return { is: 'done' };
    case 'FailedValidation':
      return {
        is: 'refused',
        reason: `Velero does not accept it: ${validationErrors.map(ended).join('; ')}`,
      };
    case 'PartiallyFailed': {
      const told = `velero ${what} logs ${metadata.name}`;
      return { is: 'partial', reason: `Velero did only a part of it, ${troubles(status)} (${told})` };
    }
    case 'Failed':
      return { is: 'failed', reason: `Velero failed: ${ended(failureReason) || 'it does not say why'}` };
    default:
      return { is: 'failed', reason: `Velero calls it ${phase}` };
  }
}

/** “1 error and 3 warnings”; empty where there are none. */
export function troubles({
  errors,
  warnings,
}: {
  readonly errors: number;
  readonly warnings: number;
}): string {
  return [counted(errors, 'error'), counted(warnings, 'warning')].filter((text) => text !== '').join(' and ');
}

export function counted(count: number, word: string): string {
  return count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Without its full stop: a sentence goes on behind it. */
function ended(text: string): string {
  return text.trim().replace(/\.$/, '');
}
