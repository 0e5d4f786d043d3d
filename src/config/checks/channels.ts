import { type PathProblem, problemAt } from '../problem.ts';
import type { Config } from '../schema.ts';
import { type Check, type Checked, unknownName } from './check.ts';

/** Channel defaults name a service and an environment that exist and belong together, once for each channel. */
export const checkChannels: Check = (checked) => {
  const channels = Object.entries(checked.config.channels);
  return channels.flatMap(([channel, defaults], index) => {
    const path = ['channels', channel];
    const earlier = channels.slice(0, index).find(([other]) => bareName(other) === bareName(channel))?.[0];
    const again =
      earlier === undefined ? [] : [problemAt(path, `${earlier} is the same channel`, { at: 'key' })];
    return [...again, ...checkDefaults(defaults, path, checked)];
  });
};

function checkDefaults(
  { service, environment }: Config['channels'][string],
  path: readonly string[],
  checked: Checked,
): readonly PathProblem[] {
  const unknown = [
    ...(service === undefined
      ? []
      : unknownName(service, [...path, 'service'], { under: 'services', checked })),
    ...(environment === undefined
      ? []
      : unknownName(environment, [...path, 'environment'], { under: 'environments', checked })),
  ];
  if (unknown.length > 0 || service === undefined || environment === undefined) return unknown;
  if (checked.says(['services', service, 'environments', environment])) return [];
  return [problemAt(path, `${service} does not run in ${environment}`, { at: 'key' })];
}

function bareName(channel: string): string {
  return channel.replace(/^#/, '');
}
