import type { AlertsConfig } from '../alerts.ts';
import { type ConfigPath, type PathProblem, problemAt } from '../problem.ts';
import { type Check, type Checked, unknownName } from './check.ts';

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
  const own = [...roles, ...checkLabels(alerts, checked)];
  if ((alerts.channel ?? slack.incidentChannel) !== undefined) return own;
  const allowed = 'a channel here, or slack.incidentChannel';
  return [
    ...own,
    problemAt(['alerts', 'channel'], 'alerts that no route matches have no channel', { allowed }),
  ];
};

/** Labels that the config itself gives to a source's alerts name a service and an environment that it has. */
function checkLabels(alerts: AlertsConfig, checked: Checked): readonly PathProblem[] {
  const { services, environments } = checked.config;
  return Object.entries(alerts.sources).flatMap(([source, its]) => {
    if (its.kind !== 'sagaforge') return [];
    return Object.entries(its.labels).flatMap(([label, value]) => {
      const path: ConfigPath = ['alerts', 'sources', source, 'labels', label];
      if (alerts.service.includes(label) && !isNamed(value, services)) {
        return unknownName(value, path, { under: 'services', checked });
      }
      if (alerts.environment.includes(label) && !isNamed(value, environments)) {
        return unknownName(value, path, { under: 'environments', checked });
      }
      return [];
    });
  });
}

function isNamed(
  value: string,
  things: Readonly<Record<string, { readonly aliases: readonly string[] }>>,
): boolean {
  return Object.entries(things).some(([name, { aliases }]) => name === value || aliases.includes(value));
}
