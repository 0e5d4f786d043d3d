import { type ConfigPath, type PathProblem, problemAt } from '../problem.ts';
import { type Check, placesOf, unknownName } from './check.ts';

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

/** Hosts that keep backups are hosts of the config. */
export const checkBackupHosts: Check = (checked) =>
  placesOf(checked.config).flatMap(({ place, path }) => {
    const provider = place.backup?.provider;
    if (provider === undefined || !('host' in provider)) return [];
    const at = [...path, 'backup', 'provider'];
    const unknown = (name: string, used: ConfigPath) => unknownName(name, used, { under: 'hosts', checked });
    return [
      ...unknown(provider.host, [...at, 'host']),
      ...(provider.copy === undefined ? [] : unknown(provider.copy.host, [...at, 'copy', 'host'])),
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
