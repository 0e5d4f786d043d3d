import { problemAt, valueText } from '../problem.ts';
import type { Config } from '../schema.ts';
import { type Check, placesOf, unknownName } from './check.ts';

/** Services run in environments that are defined. */
export const checkPlaces: Check = (checked) =>
  placesOf(checked.config).flatMap(({ environment, path }) =>
    unknownName(environment, path, { under: 'environments', checked }).map((problem) => ({
      ...problem,
      at: 'key',
    })),
  );

/** `after:` names another environment, and following it never leads back. */
export const checkOrder: Check = (checked) =>
  Object.entries(checked.config.environments).flatMap(([name, { after }]) => {
    if (after === undefined) return [];
    const path = ['environments', name, 'after'];
    const circle = circleFrom(name, checked.config);
    if (circle === null) return unknownName(after, path, { under: 'environments', checked });
    return [
      problemAt(path, `this leads back to where it began: ${circle.join(' → ')}`, {
        found: valueText(after),
      }),
    ];
  });

/** Where a service must be proven first, it has to run. */
export const checkProvable: Check = ({ config, says }) =>
  placesOf(config).flatMap(({ service, environment, path }) => {
    const before = config.environments[environment]?.after;
    if (before === undefined || !says(['environments', before])) return [];
    if (says(['services', service, 'environments', before])) return [];
    const message = `${environment} comes after ${before}, where ${service} does not run: it could never be deployed here`;
    return [problemAt(path, message, { at: 'key' })];
  });

/** The environments from one back to itself by `after`; null when there is no way back. */
function circleFrom(name: string, config: Config): readonly string[] | null {
  const seen = [name];
  for (
    let next = config.environments[name]?.after;
    next !== undefined;
    next = config.environments[next]?.after
  ) {
    if (next === name) return [...seen, name];
    if (seen.includes(next)) return null;
    seen.push(next);
  }
  return null;
}
