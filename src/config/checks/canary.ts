import { type ConfigPath, type PathProblem, problemAt, valueText } from '../problem.ts';
import type { CanaryConfig } from '../schema.ts';
import { type Check, LONGEST_WAIT, placesOf } from './check.ts';

/** A canary's steps rise, and in each of them there is time to look. */
export const checkCanaries: Check = ({ config }) =>
  placesOf(config).flatMap(({ place, path }) => {
    const at = [...path, 'canary'];
    return [
      ...checkSteps(place.canary, at),
      ...checkTimes(place.canary, at),
      ...checkQueries(place.canary, at),
    ];
  });

function checkSteps({ steps }: CanaryConfig, path: ConfigPath): readonly PathProblem[] {
  return steps.flatMap((step, index) => {
    const before = steps[index - 1];
    if (before === undefined || step > before) return [];
    const more = { found: valueText(step), allowed: `more than ${before}` };
    return [problemAt([...path, 'steps', index], 'each step takes more traffic than the one before', more)];
  });
}

function checkTimes(canary: CanaryConfig, path: ConfigPath): readonly PathProblem[] {
  const late = (['pause', 'interval', 'holdLimit'] as const)
    .filter((key) => canary[key] > LONGEST_WAIT)
    .map((key) => problemAt([...path, key], 'this is too long', { allowed: 'at most 14d' }));
  if (late.length > 0 || canary.analysis.length === 0 || canary.interval <= canary.pause) return late;
  return [
    problemAt([...path, 'interval'], 'no look would fall into a pause', { allowed: 'at most `pause`' }),
  ];
}

/** People know measurements by their names. */
function checkQueries({ analysis }: CanaryConfig, path: ConfigPath): readonly PathProblem[] {
  return analysis.flatMap((entry, index) => {
    if (entry.kind !== 'prometheus') return [];
    const names = entry.queries.map(({ name }) => name);
    return names.flatMap((name, position) => {
      if (names.indexOf(name) === position) return [];
      const at = [...path, 'analysis', index, 'prometheus', 'queries', position, 'name'];
      return [problemAt(at, 'another query has this name already', { found: valueText(name) })];
    });
  });
}
