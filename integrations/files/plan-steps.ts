import type { Artifact, Digest } from '../../src/domain/artifact.ts';
import type { PlannedStep, StepEffect } from '../../src/domain/plan.ts';
import { type HttpCheck, storeHttpCheck } from '../checks.ts';
import type { ActionName } from './action-name.ts';
import type { FilesBinding } from './binding.ts';
import type { ChangeSet } from './change-set.ts';

const MINUTE = 60_000;

/** The steps that bring a release. */
export function deploySteps(
  binding: FilesBinding,
  plan: { readonly artifact: Artifact; readonly live: string; readonly changes: ChangeSet },
): readonly PlannedStep[] {
  const { artifact, live, changes } = plan;
  const { version, digest, reference } = artifact;
  const { guards } = binding.config;
  return [
    {
      ...step(
        'stage',
        `Upload ${files(changes.put.length)} that ${changes.put.length === 1 ? 'is' : 'are'} new or modified`,
        'reversible',
      ),
      input: { version, digest, reference, live },
      timeLimit: 30 * MINUTE,
      undo: discardStep(),
    },
    ...(guards.length === 0 ? [] : [guardsStep(binding, artifact)]),
    ...swapSteps(binding),
    ...proofSteps(binding, { name: version, digest }),
  ];
}

/** The steps that put back what a backup remembers. */
export function rollbackSteps(
  binding: FilesBinding,
  plan: { readonly backup: string; readonly name: string; readonly digest: Digest; readonly live: string },
): readonly PlannedStep[] {
  const { backup, name, digest, live } = plan;
  return [
    {
      ...step('stage-backup', `Make the files of ${name} ready, from ${backup}`, 'reversible'),
      id: 'stage',
      input: { backup, digest, live },
      timeLimit: 30 * MINUTE,
      undo: discardStep(),
    },
    ...swapSteps(binding),
    ...proofSteps(binding, { name, digest }),
  ];
}

function guardsStep({ config }: FilesBinding, { version, digest, reference }: Artifact): PlannedStep {
  const programs = config.guards.flatMap((guard) => ('run' in guard ? [guard.timeout] : []));
  return {
    ...step('guards', 'Check the structure of the new tree', 'reads'),
    input: { version, digest, reference },
    timeLimit: 5 * MINUTE + programs.reduce((sum, timeout) => sum + timeout, 0),
  };
}

/**
 * Undone last first: the files come back before the restart. The restart’s own way back is therefore the undo of
 * the step before the files.
 */
function swapSteps(binding: FilesBinding): readonly PlannedStep[] {
  const limit = restartLimit(binding);
  return [
    {
      ...step('backup', 'Back up what changes', 'reversible'),
      input: {},
      timeLimit: 30 * MINUTE,
      undo: {
        ...step('restart-back', 'Restart with what was there', 'reversible'),
        id: 'backup',
        input: {},
        timeLimit: limit,
      },
    },
    {
      ...step('swap', 'Put the files in place', 'reversible'),
      input: {},
      timeLimit: 15 * MINUTE,
      undo: {
        ...step('restore', 'Put back what was there', 'reversible'),
        id: 'swap',
        input: {},
        timeLimit: 15 * MINUTE,
      },
    },
    { ...step('restart', 'Restart, and wait until it answers', 'reversible'), input: {}, timeLimit: limit },
  ];
}

function proofSteps(
  binding: FilesBinding,
  to: { readonly name: string; readonly digest: Digest },
): readonly PlannedStep[] {
  const { checks, watch, config } = binding;
  const once = checks.map((check) => ({ ...check, successes: 1 }));
  return [
    ...(checks.length === 0
      ? []
      : [
          {
            ...step('verify', 'Check that it works', 'reads'),
            input: { checks: checks.map(storeHttpCheck) },
            timeLimit: 2 * MINUTE + longest(checks),
          },
        ]),
    ...(watch === 0
      ? []
      : [
          {
            ...step('watch', `Watch it for ${Math.round(watch / 1_000)} s`, 'reads'),
            input: { checks: once.map(storeHttpCheck), duration: watch },
            timeLimit: watch + 2 * MINUTE + longest(once),
          },
        ]),
    {
      ...step('prove', `Compare the live tree with ${to.name}`, 'reads'),
      input: { digest: to.digest },
      timeLimit: 15 * MINUTE,
    },
    {
      ...step(
        'tidy',
        `Tidy up, keep ${config.backups.keep} ${config.backups.keep === 1 ? 'backup' : 'backups'}`,
        'tidies',
      ),
      input: {},
      timeLimit: 5 * MINUTE,
    },
  ];
}

function discardStep(): Omit<PlannedStep, 'undo'> {
  return {
    ...step('discard', 'Remove what was made ready', 'reversible'),
    id: 'stage',
    input: {},
    timeLimit: 5 * MINUTE,
  };
}

/** The restart’s own time, and every try at its longest. */
export const RESTART_LIMIT = 10 * MINUTE;

function restartLimit({ config: { health } }: FilesBinding): number {
  return RESTART_LIMIT + MINUTE + (health === undefined ? 0 : health.tries * (health.timeout + health.pause));
}

function step(action: ActionName, title: string, effect: StepEffect) {
  return { id: action, action, title, effect } as const;
}

function files(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}

/** What the checks may take at most. */
function longest(checks: readonly HttpCheck[]): number {
  return checks.reduce((sum, check) => sum + check.successes * (check.timeout + 100), 0);
}
