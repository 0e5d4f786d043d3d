import { type PathProblem, problemAt } from '../problem.ts';
import { type Check, placesOf } from './check.ts';

/** Who may restore must be able to get the approval that a restore always needs. */
export const checkRestores: Check = ({ config, says }) =>
  placesOf(config).flatMap(({ place, environment, path }): readonly PathProblem[] => {
    const rules = config.environments[environment];
    if (place.backup === undefined || rules === undefined || rules.allow.restore.length === 0) return [];
    if (says([...path, 'approval']) || says(['environments', environment, 'approval'])) return [];
    const message = 'restores always need an approval, and neither this nor the service has a rule for it';
    return [
      problemAt(['environments', environment, 'allow', 'restore'], message, {
        allowed: 'an `approval` beside `allow`',
      }),
    ];
  });

/** What the bot does by itself must be able to fail where somebody reads it. */
export const checkSchedules: Check = ({ config }) =>
  placesOf(config).flatMap(({ place, path }): readonly PathProblem[] => {
    const { schedule } = place.backup ?? {};
    if (schedule === undefined || schedule.channel !== undefined) return [];
    if (config.slack.incidentChannel !== undefined) return [];
    const message = 'nobody would hear of a backup that failed';
    return [
      problemAt([...path, 'backup', 'schedule'], message, {
        allowed: 'a `channel` here, or `slack.incidentChannel`',
      }),
    ];
  });
