import { nearest } from '../../domain/nearest.ts';
import { type ConfigPath, type PathProblem, problemAt, valueText } from '../problem.ts';
import type { Config } from '../schema.ts';

/** What a check looks at. Parts that the schema refused are left out of `config`. */
export interface Checked {
  readonly config: Config;
  /** True if the file says something at that path, right or wrong: what is written is not unknown. */
  says(path: ConfigPath): boolean;
}

/** Milliseconds. Timers hold 24 days; two weeks are longer than anybody remembers what they were asked. */
export const LONGEST_WAIT = 14 * 24 * 3_600_000;

/** A rule that no schema can state, since it compares parts of the config with each other. */
export type Check = (checked: Checked) => readonly PathProblem[];

/** A name that is used must be given somewhere: `under` names the map that gives it. */
export function unknownName(
  name: string,
  used: ConfigPath,
  {
    under,
    checked,
  }: { readonly under: 'roles' | 'environments' | 'services' | 'hosts'; readonly checked: Checked },
): readonly PathProblem[] {
  if (checked.says([under, name])) return [];
  const names = Object.keys(checked.config[under]);
  const allowed = names.length === 0 ? `a name from “${under}”, which is empty` : names.join(', ');
  const more = { found: valueText(name), allowed, nearest: nearest(name, names) };
  return [problemAt(used, `“${under}” does not have this`, more)];
}

/** Every service in every environment, with the path to it. */
export function placesOf(config: Config) {
  return Object.entries(config.services).flatMap(([service, { image, environments }]) =>
    Object.entries(environments).map(([environment, place]) => ({
      service,
      environment,
      image,
      place,
      path: ['services', service, 'environments', environment] as const,
    })),
  );
}

/** Every approval rule with the path to it. */
export function approvalsOf(config: Config) {
  const ofEnvironments = Object.entries(config.environments).map(([name, { approval }]) => ({
    approval,
    path: ['environments', name, 'approval'] as ConfigPath,
  }));
  const ofPlaces = placesOf(config).map(({ place, path }) => ({
    approval: place.approval,
    path: [...path, 'approval'] as ConfigPath,
  }));
  return [...ofEnvironments, ...ofPlaces].flatMap(({ approval, path }) =>
    approval === undefined ? [] : [{ approval, path }],
  );
}
