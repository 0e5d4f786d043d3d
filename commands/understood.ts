import type { LockScope } from '../src/domain/lock.ts';
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
    case 'status-why':
      return place(command.target);
    case 'deploy-form':
    case 'status':
      return place(command);
    case 'history':
      return place({ service: command.service, environment: null });
    case 'lock':
    case 'unlock':
      return scope(command.scope);
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
