import { type ConfigPath, type PathProblem, problemAt, valueText } from '../problem.ts';
import type { CanaryConfig, Config } from '../schema.ts';
import { type Check, LONGEST_WAIT, placesOf } from './check.ts';

/** A canary's steps rise, and in each of them there is time to look. */
export const checkCanaries: Check = ({ config }) =>
  placesOf(config).flatMap(({ place, path }) => {
    const at = [...path, 'canary'];
    return [
      ...checkSteps(place.canary, at),
      ...checkTimes(place.canary, at),
      ...checkQueries(place.canary, at),
      ...checkProbes(place, path),
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

/** Kubernetes gives the two sides of a canary no addresses: a probe could only ever find none. */
function checkProbes(
  { target, canary }: Config['services'][string]['environments'][string],
  path: ConfigPath,
): readonly PathProblem[] {
  if (target.kind !== 'kubernetes' || target.traffic === undefined) return [];
  const { canaryUrl, stableUrl } = target.traffic;
  const probes = canary.analysis.filter((one) => one.kind === 'probe');
  const compares = probes.some(
    ({ maxErrorRatio, maxP95Ratio }) => maxErrorRatio !== undefined || maxP95Ratio !== undefined,
  );
  const missing = (key: string, what: string) => {
    const allowed = `${key}: http://…, or \`canary: { analysis: … }\` with prometheus or []`;
    return problemAt([...path, 'target', 'traffic', key], `this is missing, and ${what}`, { allowed });
  };
  if (probes.length > 0 && canaryUrl === undefined) {
    return [missing('canaryUrl', 'canaries here are judged by probes, which ask the canary there')];
  }
  if (!compares || stableUrl !== undefined) return [];
  return [missing('stableUrl', 'a probe here compares the canary with what answers there')];
}
