import type { CanaryInstruction } from '../src/domain/canary.ts';
import type { LockScope } from '../src/domain/lock.ts';
import type { TargetRef } from '../src/domain/target.ts';
import type { Command } from './command.ts';

/** What a command's words said, piece by piece, as a refusal repeats it: `service api`. */
export function understoodOf(command: Command): readonly string[] {
  switch (command.name) {
    case 'deploy':
      return [
        ...command.targets.map(({ service }) => `service ${service}`),
        `version ${command.version}`,
        ...command.targets.slice(0, 1).map(({ environment }) => `environment ${environment}`),
      ];
    case 'rollback':
      return [...place(command.target), ...(command.to === null ? [] : [`version ${command.to}`])];
    case 'canary':
      return [
        ...(command.auto ? ['auto'] : []),
        ...(command.percent === null ? [] : [`${command.percent} percent`]),
        `service ${command.target.service}`,
        `version ${command.version}`,
        `environment ${command.target.environment}`,
      ];
    case 'canary-instruction':
      return [instruction(command.instruction), ...optionalPlace(command.target)];
    case 'canary-status':
      return ['status', ...optionalPlace(command.target)];
    case 'backup':
      return place(command.target);
    case 'backup-list':
      return ['list', ...place(command)];
    case 'backup-verify':
      return ['verify', `backup ${command.backup}`, ...place(command)];
    case 'backup-restore':
      return ['restore', `backup ${command.backup}`, ...place(command)];
    case 'status-why':
    case 'stop':
      return place(command.target);
    case 'deploy-form':
    case 'status':
      return place(command);
    case 'history':
      return place({ service: command.service, environment: null });
    case 'lock':
    case 'unlock':
      return scope(command.scope);
    case 'status-incidents':
      return ['incidents'];
    case 'help':
      return [];
  }
}

/** A service, an environment or both, in the words of a refusal. */
export function place(said: {
  readonly service: string | null;
  readonly environment: string | null;
}): readonly string[] {
  return [
    ...(said.service === null ? [] : [`service ${said.service}`]),
    ...(said.environment === null ? [] : [`environment ${said.environment}`]),
  ];
}

function optionalPlace(target: TargetRef | null): readonly string[] {
  return target === null ? [] : place(target);
}

function instruction(told: CanaryInstruction): string {
  return told.kind === 'move' ? `${told.percent} percent` : told.kind;
}

function scope(locked: LockScope): readonly string[] {
  switch (locked.kind) {
    case 'everything':
      return ['everything'];
    case 'environment':
      return place({ service: null, environment: locked.environment });
    case 'service':
      return place({ service: locked.service, environment: null });
    case 'target':
      return place(locked);
  }
}
