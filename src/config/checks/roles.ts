import type { ConfigPath } from '../problem.ts';
import { approvalsOf, type Check, unknownName } from './check.ts';

/** Whoever may do something is a role that is defined. */
export const checkRoles: Check = (checked) => {
  const { config } = checked;
  const allowed = Object.entries(config.environments).flatMap(([environment, { allow }]) =>
    Object.entries(allow).map(([action, roles]) => ({
      roles,
      path: ['environments', environment, 'allow', action] as ConfigPath,
    })),
  );
  const approving = approvalsOf(config).map(({ approval, path }) => ({
    roles: approval.approvers,
    path: [...path, 'approvers'],
  }));
  return [...allowed, ...approving].flatMap(({ roles, path }) =>
    roles.flatMap((role, index) => unknownName(role, [...path, index], { under: 'roles', checked })),
  );
};
