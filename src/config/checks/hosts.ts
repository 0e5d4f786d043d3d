import { problemAt } from '../problem.ts';
import type { Config } from '../schema.ts';
import { type Check, unknownName } from './check.ts';

/** A host is reached through hosts that there are, and in the end through none. */
export const checkHosts: Check = (checked) => {
  const { hosts } = checked.config;
  return Object.entries(hosts).flatMap(([name, { jump }]) => {
    if (jump === undefined) return [];
    const path = ['hosts', name, 'jump'];
    const unknown = unknownName(jump, path, { under: 'hosts', checked });
    if (unknown.length > 0) return unknown;
    if (!isCircle(name, hosts)) return [];
    return [problemAt(path, 'this leads back to the host itself')];
  });
};

function isCircle(name: string, hosts: Config['hosts']): boolean {
  const passed = new Set<string>();
  for (let at = hosts[name]?.jump; at !== undefined && !passed.has(at); at = hosts[at]?.jump) {
    if (at === name) return true;
    passed.add(at);
  }
  return false;
}
