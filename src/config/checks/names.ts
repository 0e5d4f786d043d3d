import { RESERVED_WORDS } from '../../../commands/words.ts';
import { type ConfigPath, type PathProblem, pathText, problemAt, valueText } from '../problem.ts';
import type { Config } from '../schema.ts';
import type { Check } from './check.ts';

interface Name {
  readonly name: string;
  readonly path: ConfigPath;
  /** Names are keys, aliases are values. */
  readonly at: 'key' | 'value';
}

/**
 * A word that people type means one thing: services, environments and all their aliases are different, and
 * none is a word of the commands.
 */
export const checkNames: Check = ({ config }) => {
  const names = [...namesUnder('services', config), ...namesUnder('environments', config)];
  const first = new Map<string, Name>();
  const problems: PathProblem[] = [];
  for (const name of names) {
    const earlier = first.get(name.name);
    if (earlier === undefined) first.set(name.name, name);
    else problems.push(taken(name, `${pathText(earlier.path)} has this name already`));
    if (RESERVED_WORDS.includes(name.name))
      problems.push(taken(name, 'this word means something in commands'));
  }
  return problems;
};

function namesUnder(kind: 'services' | 'environments', config: Config): readonly Name[] {
  const named: readonly [string, { readonly aliases: readonly string[] }][] = Object.entries(config[kind]);
  return named.flatMap(([name, { aliases }]): readonly Name[] => [
    { name, path: [kind, name], at: 'key' },
    ...aliases.map(
      (alias, index): Name => ({ name: alias, path: [kind, name, 'aliases', index], at: 'value' }),
    ),
  ]);
}

function taken({ name, path, at }: Name, message: string): PathProblem {
  return problemAt(path, message, { at, found: valueText(name) });
}
