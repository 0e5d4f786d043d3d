import type { ConfigPath } from '../problem.ts';
import { problemAt } from '../problem.ts';
import { type Check, unknownName } from './check.ts';

/** Whoever may do something about alerts is a role that is defined, and every alert has a channel to go to. */
export const checkAlerts: Check = (checked) => {
  const { alerts, slack } = checked.config;
  if (alerts === undefined) return [];
  const roles = Object.entries(alerts.allow).flatMap(([action, names]) =>
    names.flatMap((role, index) => {
      const path: ConfigPath = ['alerts', 'allow', action, index];
      return unknownName(role, path, { under: 'roles', checked });
    }),
  );
  if ((alerts.channel ?? slack.incidentChannel) !== undefined) return roles;
  const allowed = 'a channel here, or slack.incidentChannel';
  return [
    ...roles,
    problemAt(['alerts', 'channel'], 'alerts that no route matches have no channel', { allowed }),
  ];
};
