import { type ConfigPath, type PathProblem, problemAt, valueText } from '../problem.ts';
import type { CanaryConfig } from '../schema.ts';
import { type Check, placesOf } from './check.ts';

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

/** Without a look in a pause, nothing would be judged before the next step. */
function checkTimes({ analysis, interval, pause }: CanaryConfig, path: ConfigPath): readonly PathProblem[] {
  if (analysis.length === 0 || interval <= pause) return [];
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
