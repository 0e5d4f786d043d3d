import { type PathProblem, pathText, problemAt } from '../problem.ts';
import { type Check, placesOf, unknownName } from './check.ts';

/** What a directory on a host needs that its own keys cannot say. */
export const checkFiles: Check = (checked) =>
  placesOf(checked.config).flatMap(({ place, path }): readonly PathProblem[] => {
    const { target, migrate } = place;
    if (target.kind !== 'files') return [];
    const { host, health, url } = target;
    const noAddress = { allowed: 'an absolute address, or a path and `url` in the target' };
    return [
      ...unknownName(host, [...path, 'target', 'host'], { under: 'hosts', checked }),
      ...(health?.http.startsWith('/') && url === undefined
        ? [
            problemAt(
              [...path, 'target', 'health', 'http'],
              'this is a path, and the target does not say where it is',
              noAddress,
            ),
          ]
        : []),
      ...(migrate === undefined
        ? []
        : [problemAt([...path, 'migrate'], 'files have no migrations of their own', { at: 'key' })]),
    ];
  });

/** Each target deletes the oldest backups in its directory, whosever they are. */
export const checkBackupDirectories: Check = ({ config }) => {
  const first = new Map<string, string>();
  return placesOf(config).flatMap(({ place, path }): readonly PathProblem[] => {
    const { target } = place;
    if (target.kind !== 'files' || target.backups.directory === undefined) return [];
    const at = [...path, 'target', 'backups', 'directory'];
    const key = `${target.host}:${target.backups.directory}`;
    const earlier = first.get(key);
    first.set(key, earlier ?? pathText(at));
    return earlier === undefined ? [] : [problemAt(at, `${earlier} is the same directory on the same host`)];
  });
};

/** Only a target on a host has one that could ask. */
export const checkAskers: Check = ({ config }) =>
  placesOf(config).flatMap(({ place, path }): readonly PathProblem[] => {
    if ('host' in place.target) return [];
    const wrong = place.verify.findIndex((check) => 'from' in check && check.from === 'host');
    if (wrong < 0) return [];
    const at = [...path, 'verify', wrong, 'from'];
    return [problemAt(at, 'this target is on no host that could ask', { allowed: 'bot' })];
  });
