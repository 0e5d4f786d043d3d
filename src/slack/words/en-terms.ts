import type { LockScope } from '../../domain/lock.ts';
import type { OperationKind } from '../../domain/plan.ts';
import type { TargetProblem } from '../../domain/refusal.ts';
import { targetKey } from '../../domain/target.ts';
import { code } from '../mrkdwn.ts';

/** The kinds of operation as nouns. */
export const kinds: Readonly<Record<OperationKind, string>> = {
  deploy: 'deploy',
  rollback: 'rollback',
  canary: 'canary',
  'canary-extension': 'canary extension',
  backup: 'backup',
  verification: 'verification',
  restore: 'restore',
};

/** What a person would do next about a problem on the other side. */
export const problems: Readonly<Record<TargetProblem, string>> = {
  permission: 'Somebody must grant the bot that permission.',
  quota: 'A quota is used up; raise it or free some.',
  'not-found': 'Check its name in the config.',
  unavailable: 'It could not be reached; try again in a moment.',
  conflict: 'Somebody else is changing it; look at it and try again.',
  invalid: 'It does not accept that; check the config.',
  guarded: 'A guard of the config keeps it out: mend what is shipped, or the guard if it is wrong.',
  unhealthy: 'It is not healthy.',
  timeout: 'It did not answer in time; try again in a moment.',
  stopped: '',
};

/** Two units are enough: `2 h 5 min`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

export function scope(of: LockScope): string {
  switch (of.kind) {
    case 'everything':
      return '*everything*';
    case 'environment':
      return `environment ${code(of.environment)}`;
    case 'service':
      return `service ${code(of.service)}`;
    case 'target':
      return code(targetKey(of));
  }
}

export function anyRole(roles: readonly string[]): string {
  return roles.length === 0 ? 'nobody (no role is named)' : roles.map((role) => code(role)).join(' or ');
}
