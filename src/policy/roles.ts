import type { Config, RoleConfig } from '../config/schema.ts';
import type { Person } from '../domain/person.ts';

/** True if the person holds one of the roles. A role that the config does not know is held by nobody. */
export function holdsRole(person: Person, roles: readonly string[], config: Config): boolean {
  return roles.some((name) => {
    const role = config.roles[name];
    return role !== undefined && isMember(person, role);
  });
}

/** Everybody who holds one of the roles, as the config names them: user IDs, e-mails, `@group`. */
export function holdersOf(roles: readonly string[], config: Config): readonly string[] {
  const named = roles.flatMap((name) => {
    const role = config.roles[name];
    if (role === undefined) return [];
    return [...role.users, ...role.emails, ...role.groups.map(groupHandle)];
  });
  return [...new Set(named)];
}

function isMember(person: Person, role: RoleConfig): boolean {
  if (role.users.includes(person.id)) return true;
  const email = person.email?.toLowerCase();
  if (email !== undefined && role.emails.some((one) => one.toLowerCase() === email)) return true;
  return role.groups.some((group) => person.groups.includes(group.replace(/^@/, '')));
}

function groupHandle(group: string): string {
  return group.startsWith('@') ? group : `@${group}`;
}
