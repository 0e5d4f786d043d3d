import type { ConfigPath, PathProblem } from '../problem.ts';
import { problemAt } from '../problem.ts';
import type { Check } from './check.ts';

/** Nobody's password stands in the config, which people share and messages quote; nor can requests be made with it. */
export const checkPasswords: Check = ({ config }) =>
  textsOf(config, []).flatMap(({ path, text }): readonly PathProblem[] => {
    if (!holdsPassword(text)) return [];
    const allowed = 'an address without user and password';
    return [problemAt(path, 'this address holds a password, and a config holds no secrets', { allowed })];
  });

function holdsPassword(text: string): boolean {
  const url = text.includes('://') ? URL.parse(text) : null;
  if (url === null) return false;
  return url.password !== '' || (url.username !== '' && /^https?:$/.test(url.protocol));
}

function textsOf(
  value: unknown,
  path: ConfigPath,
): readonly { readonly path: ConfigPath; readonly text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((one, index) => textsOf(one, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => textsOf(one, [...path, key]));
}
