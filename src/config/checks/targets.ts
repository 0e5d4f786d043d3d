import { isHttpCheck } from '../../../integrations/checks.ts';
import { canonicalJson, type Json } from '../../domain/json.ts';
import { type PathProblem, pathText, problemAt } from '../problem.ts';
import type { TargetConfig } from '../schema.ts';
import { type Check, placesOf, unknownName } from './check.ts';

/** What each kind of target needs beside its own keys; a kind without an answer does not compile. */
const NEEDS_IMAGE: Readonly<Record<TargetConfig['kind'], boolean>> = {
  'cloud-run': true,
  kubernetes: true,
  'github-actions': false,
  vercel: false,
  compose: false,
  'compose-git': false,
  files: false,
};

/** How each kind of target migrates data. */
const MIGRATES_BY: Readonly<Record<TargetConfig['kind'], 'job' | 'run' | null>> = {
  'cloud-run': 'job',
  kubernetes: 'job',
  compose: 'run',
  'compose-git': 'run',
  files: null,
  'github-actions': null,
  vercel: null,
};

/** Kinds of target on a machine where commands can be run. */
const RUNS_COMMANDS: readonly TargetConfig['kind'][] = ['compose', 'compose-git'];

/** Versions of a service that runs from images are looked up in its image repository. */
export const checkImages: Check = ({ config, says }) =>
  Object.entries(config.services).flatMap(([service, { environments }]) => {
    const path = ['services', service];
    const kind = Object.values(environments)
      .map(({ target }) => target.kind)
      .find((used) => NEEDS_IMAGE[used]);
    if (kind === undefined || says([...path, 'image'])) return [];
    const allowed = 'a repository without tag, such as registry.example/team/api';
    return [problemAt([...path, 'image'], `this is missing, and ${kind} needs it`, { allowed })];
  });

/** Locks and approvals are by target: the same thing under two names would escape them. */
export const checkTwins: Check = ({ config }) => {
  const first = new Map<string, string>();
  return placesOf(config).flatMap(({ service, place, path }): readonly PathProblem[] => {
    const target = [...path, 'target'];
    const key = canonicalJson(identity(place.target, config.services[service]?.repository ?? null));
    const earlier = first.get(key);
    first.set(key, earlier ?? pathText(target));
    return earlier === undefined
      ? []
      : [problemAt(target, `this is the same target as ${earlier}`, { at: 'key' })];
  });
};

function identity(target: TargetConfig, repository: string | null): Json {
  switch (target.kind) {
    case 'cloud-run': {
      const { kind, project, region, service } = target;
      return { kind, project, region, service };
    }
    case 'vercel': {
      const { kind, team = null, project, domain } = target;
      return { kind, team, project, domain };
    }
    case 'github-actions': {
      const { kind, workflow, ref, inputs } = target;
      return { kind, repository, workflow, ref, inputs };
    }
    case 'kubernetes': {
      const { kind, kubeconfig = null, context = null, namespace, workload } = target;
      return { kind, kubeconfig, context, namespace, workload };
    }
    case 'compose':
    case 'compose-git': {
      // One project, whichever way its versions come.
      const { host, directory, project = null } = target;
      return { kind: 'compose', host, directory, project };
    }
    case 'files': {
      const { kind, host, directory } = target;
      return { kind, host, directory };
    }
  }
}

/** Cloud Run gives a service its address; the others do not, and a path alone could not be asked for. */
export const checkAddresses: Check = ({ config }) =>
  placesOf(config).flatMap(({ place, path }): readonly PathProblem[] => {
    const { target, verify } = place;
    if (target.kind === 'cloud-run' || target.kind === 'vercel' || target.url !== undefined) return [];
    const relative = verify.findIndex((check) => isHttpCheck(check) && check.http.startsWith('/'));
    if (relative < 0) return [];
    const at = [...path, 'verify', relative, 'http'];
    const allowed = 'an absolute address, or a path and `url` in the target';
    return [problemAt(at, 'this is a path, and the target does not say where it is', { allowed })];
  });

/** A migration is a job of the platform, or a command in a container, as the kind of target has it. */
export const checkMigrations: Check = ({ config }) =>
  placesOf(config).flatMap(({ place, path }): readonly PathProblem[] => {
    const { migrate, target } = place;
    if (migrate === undefined) return [];
    const way = MIGRATES_BY[target.kind];
    if (way === null) return [];
    const isJob = way === 'job';
    const right = isJob
      ? migrate.job !== undefined && migrate.run === undefined && migrate.service === undefined
      : migrate.job === undefined && migrate.run !== undefined && migrate.service !== undefined;
    if (right) return [];
    const allowed = isJob ? '{ job: NAME }' : '{ run: [program, word…], service: NAME }';
    return [problemAt([...path, 'migrate'], `${target.kind} does not migrate in this way`, { allowed })];
  });

/** A command needs a machine that it runs on. */
export const checkCommands: Check = ({ config }) =>
  placesOf(config).flatMap(({ place, path }): readonly PathProblem[] => {
    if (RUNS_COMMANDS.includes(place.target.kind)) return [];
    const at = place.verify.findIndex((check) => !isHttpCheck(check));
    if (at < 0) return [];
    const message = `${place.target.kind} has no host on which a command could be run`;
    return [problemAt([...path, 'verify', at, 'command'], message, { allowed: '`http`' })];
  });

/** What is on a host is on one that there is. */
export const checkHostNames: Check = (checked) =>
  placesOf(checked.config).flatMap(({ place, path }) =>
    'host' in place.target
      ? unknownName(place.target.host, [...path, 'target', 'host'], { under: 'hosts', checked })
      : [],
  );
