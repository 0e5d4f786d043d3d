import { canonicalJson, type Json } from '../../domain/json.ts';
import { type PathProblem, pathText, problemAt } from '../problem.ts';
import type { TargetConfig } from '../schema.ts';
import { type Check, placesOf } from './check.ts';

/** What each kind of target needs beside its own keys; a kind without an answer does not compile. */
const NEEDS_IMAGE: Readonly<Record<TargetConfig['kind'], boolean>> = {
  'cloud-run': true,
  kubernetes: true,
  'github-actions': false,
  vercel: false,
  files: false,
};

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
    case 'files': {
      const { kind, host, directory } = target;
      return { kind, host, directory };
    }
  }
}

/** Cloud Run gives a service its address; others do not, and a path alone could not be asked for. */
export const checkAddresses: Check = ({ config }) =>
  placesOf(config).flatMap(({ place, path }): readonly PathProblem[] => {
    const { target, verify } = place;
    if (target.kind === 'cloud-run' || target.kind === 'vercel' || target.url !== undefined) return [];
    const relative = verify.findIndex(({ http }) => http.startsWith('/'));
    if (relative < 0) return [];
    const at = [...path, 'verify', relative, 'http'];
    const allowed = 'an absolute address, or a path and `url` in the target';
    return [problemAt(at, 'this is a path, and the target does not say where it is', { allowed })];
  });
