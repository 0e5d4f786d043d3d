import { type ConfigPath, type PathProblem, problemAt } from '../problem.ts';
import type { Config, TargetConfig } from '../schema.ts';
import { type Check, placesOf, unknownName } from './check.ts';

/** Kinds of targets whose versions are looked up in a repository. */
const OF_REPOSITORIES: readonly TargetConfig['kind'][] = ['github-actions', 'vercel'];

/** What has to do with commits needs a repository, and GitHub to ask about it. */
export const checkSource: Check = ({ config, says }) =>
  Object.entries(config.services).flatMap(([name, service]) => {
    const path = ['services', name];
    const wants: readonly ConfigPath[] = [
      ...(['imageTag', 'migrations', 'releases'] as const).map((key) => [...path, key]).filter(says),
      ...placesOf({ ...config, services: { [name]: service } })
        .filter(({ place }) => place.checks !== undefined)
        .map((found) => [...found.path, 'checks']),
      ...placesOf({ ...config, services: { [name]: service } })
        .filter(({ place }) => OF_REPOSITORIES.includes(place.target.kind))
        .map((found) => [...found.path, 'target']),
    ];
    return wants.flatMap((wanted) => needed(wanted, name, { config, says }));
  });

/** Releases go to environments where the service runs, and are told in a channel. */
export const checkReleases: Check = (checked) =>
  Object.entries(checked.config.services).flatMap(([name, { releases }]) => {
    if (releases === undefined) return [];
    return (['prerelease', 'release'] as const).flatMap((kind) => {
      const environment = releases[kind];
      if (environment === undefined) return [];
      const path = ['services', name, 'releases', kind];
      const unknown = unknownName(environment, path, { under: 'environments', checked });
      if (unknown.length > 0) return unknown;
      if (!checked.says(['services', name, 'environments', environment])) {
        return [problemAt(path, `${name} does not run in ${environment}`)];
      }
      const channels = checked.config.environments[environment]?.channels ?? [];
      if (releases.channel !== undefined || channels.length > 0) return [];
      return [
        problemAt(path, `nobody would hear of it: ${environment} has no channels, and releases no channel`),
      ];
    });
  });

/** Who wrote a change is known for services with a repository only: others would go unasked. */
export const checkBarredAuthors: Check = (checked) =>
  placesOf(checked.config).flatMap(({ service, environment, path, place }) => {
    const own = place.approval !== undefined;
    const rule = place.approval ?? checked.config.environments[environment]?.approval;
    if (rule?.barAuthors !== true) return [];
    const at = own
      ? [...path, 'approval', 'barAuthors']
      : ['environments', environment, 'approval', 'barAuthors'];
    return needed(at, service, checked);
  });

/** A workflow that is told neither the version nor the commit ships the same, whichever of them was approved. */
export const checkWorkflows: Check = ({ config }) =>
  placesOf(config).flatMap(({ place: { target }, path }) => {
    if (target.kind !== 'github-actions') return [];
    if ([target.ref, ...Object.values(target.inputs)].some((text) => /\{(version|sha)\}/.test(text)))
      return [];
    const message = `the workflow is never told what was approved: it ships what ${target.ref} names then`;
    const more = { allowed: '{version} as `ref`, or {version} or {sha} in one of its `inputs`' };
    return [problemAt([...path, 'target'], message, more)];
  });

function needed(
  wanted: ConfigPath,
  service: string,
  { config, says }: { readonly config: Config; says(path: ConfigPath): boolean },
): readonly PathProblem[] {
  if (!says(['services', service, 'repository'])) {
    return [problemAt(wanted, `this needs a repository, and ${service} has none`, { at: 'key' })];
  }
  if (config.github !== undefined || says(['github'])) return [];
  return [problemAt(wanted, 'this needs “github”, which the config does not have', { at: 'key' })];
}
